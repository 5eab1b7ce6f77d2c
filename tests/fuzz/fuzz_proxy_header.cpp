#include <string>

#include "fuzz/support/check.hpp"
#include "fuzz/support/input.hpp"
#include "protocol/proxy_header.hpp"

/// The PROXY header: read as it comes, never beyond its end, and composed again as it was read.
namespace pgsidecar::fuzz {
namespace {

void read_in_pieces(byte_view bytes) {
    std::size_t n = 0;
    for (;;) {
        const heap_block block(bytes.substr(0, n));
        const auto result = read_proxy_header(block.view());
        if (const auto* header = std::get_if<proxy_header>(&result)) {
            for (const proxied_end* end : {&header->source, &header->destination})
                check(lies_within(end->address, block.view()), "views alias the header");
            std::string composed;
            compose_proxy_header(composed, *header);
            const auto again = read_proxy_header(composed);
            check(std::get_if<proxy_header>(&again) && std::get<proxy_header>(again) == *header,
                  "a header is read as composed");
        }
        const auto* partial = std::get_if<partial_header>(&result);
        if (partial == nullptr) return;
        check(partial->missing > 0 && n + partial->missing <= proxy_header_limit,
              "what is missing is bounded");
        if (n + partial->missing > bytes.size()) return;
        n += partial->missing;
    }
}

}  // namespace
}  // namespace pgsidecar::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pgsidecar;
    const byte_view bytes(reinterpret_cast<const char*>(data), size);
    fuzz::read_in_pieces(bytes);
    // Few random inputs begin as a header does.
    fuzz::read_in_pieces(std::string("\r\n\r\n\0\r\nQUIT\n", 12).append(bytes));
    return 0;
}
