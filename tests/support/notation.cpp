#include "support/notation.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <utility>

#include "protocol/field_reader.hpp"
#include "protocol/frame.hpp"
#include "protocol/message_types.hpp"

namespace pgsidecar::test {
namespace {

constexpr std::size_t longest_shown = 120;

std::string shown(byte_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char c : bytes.substr(0, longest_shown)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= ' ' && byte < 0x7f)
            out += c;
        else
            out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    }
    if (bytes.size() > longest_shown) out += "... (" + std::to_string(bytes.size()) + " bytes)";
    return out;
}

std::string list(std::size_t count, auto&& next) {
    std::string out = "[";
    for (std::size_t i = 0; i < count; ++i) out += (i > 0 ? "," : "") + next();
    return out + "]";
}

std::string integers16(field_reader& in) {
    const std::size_t count = in.u16();
    if (!in.ok() || count > in.rest().size() / 2) return "[?]";
    return list(count, [&] { return std::to_string(in.u16()); });
}

std::string oids(field_reader& in) {
    const std::size_t count = in.u16();
    if (!in.ok() || count > in.rest().size() / 4) return "[?]";
    return list(count, [&] { return std::to_string(in.u32()); });
}

std::string values(field_reader& in) {
    const std::size_t count = in.u16();
    if (!in.ok() || count > in.rest().size() / 4) return "[?]";
    return list(count, [&]() -> std::string {
        const std::uint32_t size = in.u32();
        return size == 0xffffffff ? "NULL" : "'" + shown(in.bytes(size)) + "'";
    });
}

std::string target(field_reader& in) {
    const char kind = static_cast<char>(in.u8());
    return std::string("(") + kind + " " + shown(in.cstr()) + ")";
}

std::string columns_of(field_reader& in) {
    return list(in.u16(), [&] {
        std::string out = shown(in.cstr());
        in.bytes(6);
        out += ":" + std::to_string(in.u32());
        in.bytes(2);
        const auto typmod = static_cast<std::int32_t>(in.u32());
        if (typmod != -1) out += "(" + std::to_string(typmod) + ")";
        if (in.u16() != 0) out += " binary";
        return out;
    });
}

std::string error_fields(field_reader& in) {
    std::string out;
    for (std::uint8_t code = in.u8(); in.ok() && code != 0; code = in.u8())
        if (code != 'V')
            out += std::string(" ") + static_cast<char>(code) + "=" + shown(in.cstr());
        else
            in.cstr();
    return out;
}

std::string frontend_body(char type, field_reader& in) {
    switch (static_cast<frontend>(type)) {
        case frontend::parse: {
            const auto name = shown(in.cstr()), sql = shown(in.cstr());
            return "(" + name + ")" + oids(in) + "\"" + sql + "\"";
        }
        case frontend::bind: {
            const auto portal = shown(in.cstr()), name = shown(in.cstr());
            std::string out = "(" + portal + "<-" + name + ") pf=" + integers16(in);
            out += " v=" + values(in);
            return out + " rf=" + integers16(in);
        }
        case frontend::execute: {
            const auto portal = shown(in.cstr());
            return "(" + portal + "," + std::to_string(in.u32()) + ")";
        }
        case frontend::describe:
        case frontend::close: return target(in);
        case frontend::query: return "'" + shown(in.cstr()) + "'";
        default: return in.rest().empty() ? "" : "[" + shown(in.bytes(in.rest().size())) + "]";
    }
}

std::string backend_body(char type, field_reader& in) {
    switch (static_cast<backend>(type)) {
        case backend::parameter_description: return oids(in);
        case backend::row_description: return columns_of(in);
        case backend::data_row: return values(in);
        case backend::command_complete: return "'" + shown(in.cstr()) + "'";
        case backend::error_response:
        case backend::notice_response: return error_fields(in);
        case backend::ready_for_query: return std::string(in.bytes(in.rest().size()));
        default: return in.rest().empty() ? "" : "[" + shown(in.bytes(in.rest().size())) + "]";
    }
}

template <class Body>
std::vector<std::string> notation(byte_view bytes, Body&& body) {
    std::vector<std::string> out;
    while (!bytes.empty()) {
        const auto f = peek_frame(bytes);
        if (!f || !f->valid() || !f->whole()) {
            out.push_back("not a whole message: " + shown(bytes));
            break;
        }
        field_reader in(f->body());
        std::string line(1, f->type);
        line += body(f->type, in);
        if (!in.at_end()) line += " malformed " + shown(f->body());
        out.push_back(std::move(line));
        bytes.remove_prefix(f->raw.size());
    }
    return out;
}

}  // namespace

std::vector<std::string> frontend_notation(byte_view bytes) { return notation(bytes, frontend_body); }
std::vector<std::string> backend_notation(byte_view bytes) { return notation(bytes, backend_body); }

std::string difference(const std::vector<std::string>& expected, const std::vector<std::string>& actual) {
    const auto [e, a] = std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end());
    const auto lines = [](auto begin, auto at, auto end) {
        std::string out;
        for (auto i = begin; i != end; ++i) out += (i == at ? "  > " : "    ") + *i + "\n";
        return out + (at == end ? "  > (nothing more)\n" : "");
    };
    return "  expected:\n" + lines(expected.begin(), e, expected.end()) + "  got:\n" +
           lines(actual.begin(), a, actual.end());
}

}  // namespace pgsidecar::test
