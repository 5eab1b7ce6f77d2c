#include <array>
#include <string>

#include "fuzz/support/check.hpp"
#include "fuzz/support/input.hpp"
#include "protocol/backend_messages.hpp"
#include "protocol/frame.hpp"
#include "protocol/utf8.hpp"

/// Decoders of the server's messages.
namespace pgsidecar::fuzz {
namespace {

byte_view body_of(const std::string& message) {
    const auto f = peek_frame(message);
    check(f && f->whole() && f->raw.size() == message.size(), "one whole message has been composed");
    return f->body();
}

void error(byte_view body) {
    constexpr std::array fields{error_field::severity, error_field::severity_nonlocalized,
                                error_field::sqlstate, error_field::message,
                                error_field::detail,   error_field::hint,
                                error_field::file,     error_field::routine};
    for (const error_field f : fields)
        check(lies_within(error_field_value(body, f), body), "views alias the body");

    const error_message read{.severity = error_field_value(body, error_field::severity),
                             .sqlstate = error_field_value(body, error_field::sqlstate),
                             .message = error_field_value(body, error_field::message),
                             .detail = error_field_value(body, error_field::detail),
                             .hint = error_field_value(body, error_field::hint),
                             .file = error_field_value(body, error_field::file),
                             .routine = error_field_value(body, error_field::routine)};
    std::string composed;
    compose_error(composed, read);
    const byte_view again = body_of(composed);
    for (const error_field f : fields)
        if (f != error_field::severity_nonlocalized)
            check(error_field_value(again, f) == error_field_value(body, f), "a field is read as composed");
    check(ends_connection(again) == (read.severity == "FATAL" || read.severity == "PANIC"),
          "FATAL and PANIC end the connection");
}

void parameter_description(byte_view body) {
    const auto types = read_parameter_description(body);
    if (!types) return;
    check(lies_within(*types, body), "views alias the body");
    std::string composed;
    compose_parameter_description(composed, *types);
    check(body_of(composed) == body, "ParameterDescription is composed as it was read");
}

/// What follows a column's name: table OID, attribute number, type, typlen, typmod, format. Only type and
/// typmod count.
void row_shape(byte_view body) {
    const auto shape = read_row_shape(body);
    if (!shape) return;
    check(shape->size() <= body.size(), "a shape is no longer than its message");
    check(is_row_shape(*shape, body), "a message has the shape that was read from it");
    if (body.size() <= 2) return;
    const std::size_t fields = body.find('\0', 2) + 1;
    for (std::size_t i = 0; i < 18; ++i) {
        std::string changed(body);
        changed[fields + i] = static_cast<char>(changed[fields + i] ^ 1);
        const bool counts = (i >= 6 && i < 10) || (i >= 12 && i < 16);
        check((read_row_shape(changed) == shape) != counts, "type and typmod make the shape, nothing else");
        check(is_row_shape(*shape, changed) != counts, "and whether a message has it");
    }
}

void parameter_status(byte_view body) {
    const auto status = read_parameter_status(body);
    check(!status || (lies_within(status->name, body) && lies_within(status->value, body)),
          "views alias the body");
}

/// The proxy looks at text in one piece; cut at a character it must come to the same.
void utf8(byte_view text) {
    if (!is_valid_utf8(text)) return;
    for (std::size_t i = 0; i <= std::min<std::size_t>(text.size(), 64); ++i) {
        const bool between = i == text.size() || (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80;
        const heap_block start(text.substr(0, i));
        check(is_valid_utf8(start.view()) == between,
              "valid text is valid up to a character, and no further");
    }
}

}  // namespace
}  // namespace pgsidecar::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pgsidecar::fuzz;
    const heap_block block({reinterpret_cast<const char*>(data), size});
    error(block.view());
    parameter_description(block.view());
    row_shape(block.view());
    parameter_status(block.view());
    utf8(block.view());
    return 0;
}
