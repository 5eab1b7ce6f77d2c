#include "protocol/frontend_messages.hpp"

#include "protocol/composer.hpp"
#include "protocol/field_reader.hpp"

namespace pgsidecar {

std::optional<parse_view> read_parse(byte_view body) {
    field_reader in(body);
    parse_view out;
    out.statement = in.cstr();
    out.query = in.cstr();
    const std::size_t count = in.u16();
    out.parameter_types = in.bytes(4 * count);
    if (!in.at_end()) return std::nullopt;
    return out;
}

std::optional<bind_view> read_bind(byte_view body) {
    field_reader in(body);
    bind_view out;
    out.portal = in.cstr();
    out.statement = in.cstr();
    if (!in.ok()) return std::nullopt;
    out.tail_at = body.size() - in.rest().size();
    const std::uint16_t formats = in.u16();
    if (in.ok()) out.format_count = formats;
    in.bytes(2 * std::size_t{formats});
    const std::uint16_t count = in.u16();
    if (in.ok()) out.parameter_count = count;
    return out;
}

std::optional<result_formats_view> read_result_formats(byte_view body, std::size_t tail_at) {
    constexpr std::uint32_t null_value = 0xffffffff;
    field_reader in(body.substr(tail_at));
    in.bytes(2 * std::size_t{in.u16()});
    for (std::size_t values = in.u16(); values > 0 && in.ok(); --values)
        if (const std::uint32_t size = in.u32(); size != null_value) in.bytes(size);
    result_formats_view out;
    out.at = body.size() - in.rest().size();
    out.count = in.u16();
    if (out.count > 0) out.first = in.u16();
    if (out.count > 1) in.bytes(2 * std::size_t{out.count} - 2);
    if (!in.at_end()) return std::nullopt;
    return out;
}

std::optional<target_view> read_target(byte_view body) {
    field_reader in(body);
    const char kind = static_cast<char>(in.u8());
    const byte_view name = in.cstr();
    if (!in.at_end() || (kind != 'S' && kind != 'P')) return std::nullopt;
    return target_view{static_cast<target_kind>(kind), name};
}

std::optional<byte_view> read_execute_portal(byte_view body) {
    field_reader in(body);
    const byte_view portal = in.cstr();
    if (!in.ok()) return std::nullopt;
    return portal;
}

std::optional<byte_view> read_query(byte_view body) {
    field_reader in(body);
    const byte_view text = in.cstr();
    if (!in.at_end()) return std::nullopt;
    return text;
}

void compose_parse(std::string& out, byte_view statement, byte_view query, byte_view parameter_types) {
    message_writer(out, frontend::parse)
        .cstr(statement)
        .cstr(query)
        .u16(static_cast<std::uint16_t>(parameter_types.size() / 4))
        .bytes(parameter_types);
}

void compose_bind(std::string& out, byte_view portal, byte_view statement) {
    message_writer(out, frontend::bind).cstr(portal).cstr(statement).u16(0).u16(0).u16(0);
}

namespace {

void compose_head(std::string& out, frontend type, std::size_t body_size) {
    field_writer(out).u8(static_cast<std::uint8_t>(type)).u32(static_cast<std::uint32_t>(body_size + 4));
}

}  // namespace

void compose_bind_head(std::string& out, byte_view portal, byte_view statement, std::size_t tail_size) {
    compose_head(out, frontend::bind, portal.size() + statement.size() + 2 + tail_size);
    field_writer(out).cstr(portal).cstr(statement);
}

void compose_result_formats(std::string& out, std::uint16_t columns, std::uint16_t code) {
    field_writer writer(out);
    writer.u16(columns);
    for (std::uint16_t i = 0; i < columns; ++i) writer.u16(code);
}

void compose_parse_head(std::string& out, byte_view statement, std::size_t tail_size) {
    compose_head(out, frontend::parse, statement.size() + 1 + tail_size);
    field_writer(out).cstr(statement);
}

void compose_describe(std::string& out, target_kind kind, byte_view name) {
    message_writer(out, frontend::describe).u8(static_cast<std::uint8_t>(kind)).cstr(name);
}

void compose_close(std::string& out, target_kind kind, byte_view name) {
    message_writer(out, frontend::close).u8(static_cast<std::uint8_t>(kind)).cstr(name);
}

void compose_execute(std::string& out, byte_view portal, std::uint32_t max_rows) {
    message_writer(out, frontend::execute).cstr(portal).u32(max_rows);
}

void compose_query(std::string& out, byte_view text) { message_writer(out, frontend::query).cstr(text); }

void compose_copy_fail(std::string& out, byte_view reason) {
    message_writer(out, frontend::copy_fail).cstr(reason);
}

void compose_bare(std::string& out, frontend type) { message_writer(out, type); }

}  // namespace pgsidecar
