#include <string>

#include "fuzz/support/check.hpp"
#include "fuzz/support/input.hpp"
#include "protocol/frame.hpp"

/// A stream cut into frames: what is seen of a message never depends on how much of it has come.
namespace pgsidecar::fuzz {
namespace {

void check_frame(const frame& f, byte_view in) {
    check(lies_within(f.raw, in) && f.raw.data() == in.data(), "a frame is the start of its buffer");
    check(f.raw.size() == std::min(in.size(), f.size()), "a frame is all of the message that is there");
    check(f.whole() == (in.size() >= f.size()), "a frame is whole when its bytes are there");
    if (!f.valid()) return;
    check(f.size() == frame_header_size + f.body_size(), "a message is header and body");
    check(f.raw.size() == frame_header_size + f.body().size(),
          "raw is header and body as far as they have come");
    check(!f.whole() || f.body().size() == f.body_size(), "a whole message has a whole body");
}

void check_cuts(byte_view in, const frame& whole) {
    for (std::size_t n = 0; n <= std::min<std::size_t>(whole.raw.size(), 64); ++n) {
        const heap_block cut(in.substr(0, n));
        const auto f = peek_frame(cut.view());
        check(f.has_value() == (n >= frame_header_size), "a header is enough, and needed");
        if (!f) continue;
        check_frame(*f, cut.view());
        check(f->type == whole.type && f->length == whole.length,
              "type and length are those of the whole message");
    }
}

void split(byte_view in) {
    for (auto f = peek_frame(in); f && f->valid(); f = peek_frame(in)) {
        check_frame(*f, in);
        check_cuts(in, *f);
        in.remove_prefix(f->raw.size());
        if (!f->whole()) break;
    }
    if (const auto f = peek_frame(in)) check_frame(*f, in);
}

}  // namespace
}  // namespace pgsidecar::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pgsidecar::fuzz;
    const heap_block block({reinterpret_cast<const char*>(data), size});
    split(block.view());
    return 0;
}
