#include "support/backend_builders.hpp"

#include "protocol/backend_messages.hpp"
#include "protocol/composer.hpp"

namespace pgsidecar::test::be {
namespace {

std::string bare(backend type) { return message(static_cast<char>(type)); }

std::string fields_of(backend type, byte_view severity, byte_view sqlstate, byte_view text,
                      const fields& more) {
    std::string out;
    message_writer writer(out, type);
    const auto field = [&](char code, byte_view value) {
        writer.u8(static_cast<std::uint8_t>(code)).cstr(value);
    };
    field('S', severity);
    field('V', severity);
    field('C', sqlstate);
    field('M', text);
    for (const auto& [code, value] : more) field(code, value);
    writer.u8(0);
    return out;
}

std::string copy_response(backend type) {
    std::string out;
    message_writer(out, type).u8(0).u16(1).u16(0);
    return out;
}

}  // namespace

std::string message(char type, byte_view body) {
    std::string out;
    message_writer(out, static_cast<backend>(type)).bytes(body);
    return out;
}

std::string parse_complete() { return bare(backend::parse_complete); }
std::string bind_complete() { return bare(backend::bind_complete); }
std::string close_complete() { return bare(backend::close_complete); }
std::string no_data() { return bare(backend::no_data); }
std::string empty_query() { return bare(backend::empty_query_response); }
std::string portal_suspended() { return bare(backend::portal_suspended); }
std::string copy_done() { return bare(backend::copy_done); }
std::string copy_data(byte_view bytes) { return message('d', bytes); }
std::string copy_in_response() { return copy_response(backend::copy_in_response); }
std::string copy_out_response() { return copy_response(backend::copy_out_response); }
std::string ready(char status) { return message('Z', byte_view(&status, 1)); }
std::string no_parameters() { return parameter_description({}); }

std::string parameter_description(const std::vector<oid>& types) {
    std::string raw, out;
    for (const oid type : types) field_writer(raw).u32(type);
    compose_parameter_description(out, raw);
    return out;
}

std::string row_description(const columns& c) {
    std::string out;
    message_writer writer(out, backend::row_description);
    writer.u16(static_cast<std::uint16_t>(c.size()));
    for (const column& one : c)
        writer.cstr(one.name)
            .u32(one.table)
            .u16(one.table == 0 ? 0 : 1)
            .u32(one.type)
            .u16(4)
            .u32(static_cast<std::uint32_t>(one.typmod))
            .u16(one.format);
    return out;
}

std::string description(const columns& c, const std::vector<oid>& types) {
    return parameter_description(types) + (c.empty() ? no_data() : row_description(c));
}

std::string data_row(const std::vector<std::optional<std::string>>& values) {
    std::string out;
    message_writer writer(out, backend::data_row);
    writer.u16(static_cast<std::uint16_t>(values.size()));
    for (const auto& value : values) {
        writer.u32(value ? static_cast<std::uint32_t>(value->size()) : 0xffffffff);
        writer.bytes(value.value_or(""));
    }
    return out;
}

std::string command_complete(byte_view tag) {
    std::string out;
    message_writer(out, backend::command_complete).cstr(tag);
    return out;
}

std::string error(byte_view sqlstate, byte_view text, const fields& more) {
    return fields_of(backend::error_response, "ERROR", sqlstate, text, more);
}

std::string fatal(byte_view sqlstate, byte_view text, const fields& more) {
    return fields_of(backend::error_response, "FATAL", sqlstate, text, more);
}

std::string notice(byte_view sqlstate, byte_view text) {
    return fields_of(backend::notice_response, "NOTICE", sqlstate, text, {});
}

std::string parameter_status(byte_view name, byte_view value) {
    std::string out;
    message_writer(out, backend::parameter_status).cstr(name).cstr(value);
    return out;
}

std::string notification(byte_view channel) {
    std::string out;
    message_writer(out, backend::notification_response).u32(4711).cstr(channel).cstr("");
    return out;
}

std::string function_call_response(byte_view value) {
    std::string out;
    message_writer(out, backend::function_call_response)
        .u32(static_cast<std::uint32_t>(value.size()))
        .bytes(value);
    return out;
}

}  // namespace pgsidecar::test::be
