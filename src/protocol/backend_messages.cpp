#include "protocol/backend_messages.hpp"

#include "protocol/composer.hpp"
#include "protocol/field_reader.hpp"

namespace pgsidecar {

byte_view error_field_value(byte_view body, error_field field) {
    field_reader in(body);
    for (std::uint8_t code = in.u8(); in.ok() && code != 0; code = in.u8()) {
        const byte_view value = in.cstr();
        if (code == static_cast<std::uint8_t>(field)) return value;
    }
    return {};
}

bool ends_connection(byte_view error_body) {
    byte_view severity = error_field_value(error_body, error_field::severity_nonlocalized);
    if (severity.empty()) severity = error_field_value(error_body, error_field::severity);
    return severity == "FATAL" || severity == "PANIC";
}

namespace {

void compose_fields(std::string& out, backend type, const error_message& error) {
    message_writer writer(out, type);
    const auto field = [&](error_field code, byte_view value) {
        if (!value.empty()) writer.u8(static_cast<std::uint8_t>(code)).cstr(value);
    };
    field(error_field::severity, error.severity);
    field(error_field::severity_nonlocalized, error.severity);
    field(error_field::sqlstate, error.sqlstate);
    field(error_field::message, error.message);
    field(error_field::detail, error.detail);
    field(error_field::hint, error.hint);
    field(error_field::file, error.file);
    field(error_field::routine, error.routine);
    writer.u8(0);
}

}  // namespace

void compose_error(std::string& out, const error_message& error) {
    compose_fields(out, backend::error_response, error);
}

void compose_with_field(std::string& out, backend type, byte_view body, error_field field, byte_view value) {
    message_writer writer(out, type);
    field_reader in(body);
    for (std::uint8_t code = in.u8(); in.ok() && code != 0; code = in.u8()) {
        const byte_view had = in.cstr();
        writer.u8(code).cstr(code == static_cast<std::uint8_t>(field) ? value : had);
    }
    writer.u8(0);
}

void compose_error_from(std::string& out, byte_view error_body, byte_view routine) {
    compose_with_field(out, backend::error_response, error_body, error_field::routine, routine);
}

void compose_notice(std::string& out, const error_message& notice) {
    compose_fields(out, backend::notice_response, notice);
}

std::optional<byte_view> read_parameter_description(byte_view body) {
    field_reader in(body);
    const std::size_t count = in.u16();
    const byte_view types = in.bytes(4 * count);
    if (!in.at_end()) return std::nullopt;
    return types;
}

void compose_parameter_description(std::string& out, byte_view parameter_types) {
    message_writer(out, backend::parameter_description)
        .u16(static_cast<std::uint16_t>(parameter_types.size() / 4))
        .bytes(parameter_types);
}

namespace {

/// What is compared of a column.
struct column_shape {
    byte_view name;
    byte_view type;
    byte_view typmod;

    bool operator==(const column_shape&) const = default;
};

column_shape read_described_column(field_reader& in) {
    column_shape out;
    out.name = in.cstr();
    in.bytes(4 + 2);  // table OID, attribute number
    out.type = in.bytes(4);
    in.bytes(2);  // typlen: follows from the type
    out.typmod = in.bytes(4);
    in.bytes(2);  // format code
    return out;
}

/// As read_row_shape has written it.
column_shape read_kept_column(field_reader& in) {
    column_shape out;
    out.name = in.cstr();
    out.type = in.bytes(4);
    out.typmod = in.bytes(4);
    return out;
}

}  // namespace

std::optional<std::string> read_row_shape(byte_view row_description_body) {
    field_reader in(row_description_body);
    std::string shape(row_description_body.substr(0, 2));  // rows may have no columns
    for (std::size_t columns = in.u16(); columns > 0 && in.ok(); --columns) {
        const column_shape column = read_described_column(in);
        shape.append(column.name).push_back('\0');
        shape.append(column.type).append(column.typmod);
    }
    if (!in.at_end()) return std::nullopt;
    return shape;
}

bool is_row_shape(byte_view shape, byte_view row_description_body) {
    field_reader in(row_description_body);
    field_reader kept(shape);
    const std::size_t columns = in.u16();
    if (kept.u16() != columns) return false;
    for (std::size_t i = 0; i < columns && in.ok(); ++i)
        if (read_described_column(in) != read_kept_column(kept)) return false;
    return in.at_end() && kept.at_end();
}

std::optional<parameter_status_view> read_parameter_status(byte_view body) {
    field_reader in(body);
    parameter_status_view out;
    out.name = in.cstr();
    out.value = in.cstr();
    if (!in.ok()) return std::nullopt;
    return out;
}

void compose_parameter_status(std::string& out, byte_view name, byte_view value) {
    message_writer(out, backend::parameter_status).cstr(name).cstr(value);
}

void compose_ready_for_query(std::string& out, transaction_status status) {
    message_writer(out, backend::ready_for_query).u8(static_cast<std::uint8_t>(status));
}

void compose_bare(std::string& out, backend type) { message_writer(out, type); }

}  // namespace pgsidecar
