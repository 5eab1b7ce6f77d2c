#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/bytes.hpp"
#include "protocol/message_types.hpp"

/// Messages from the server (manual: "Message Formats", "Error and Notice Message Fields").
namespace pgsidecar {

/// Field codes of ErrorResponse and NoticeResponse.
enum class error_field : char {
    severity = 'S',
    severity_nonlocalized = 'V',
    sqlstate = 'C',
    message = 'M',
    detail = 'D',
    hint = 'H',
    position = 'P',
    file = 'F',
    line = 'L',
    routine = 'R',
};

/// Value of a field; empty where the body has none.
byte_view error_field_value(byte_view body, error_field field);

/// FATAL and PANIC end the connection. Older servers have no nonlocalized severity.
bool ends_connection(byte_view error_body);

struct error_message {
    byte_view severity = "ERROR";
    byte_view sqlstate;
    byte_view message;
    byte_view detail = {};
    byte_view hint = {};
    byte_view file = {};
    byte_view routine = {};
};
void compose_error(std::string& out, const error_message& error);
/// The same error with another routine.
void compose_error_from(std::string& out, byte_view error_body, byte_view routine);
/// The same ErrorResponse or NoticeResponse with another value in one of its fields.
void compose_with_field(std::string& out, backend type, byte_view body, error_field field, byte_view value);
void compose_notice(std::string& out, const error_message& notice);

/// Parameter types of a ParameterDescription: four bytes each, network order. Nothing if malformed.
std::optional<byte_view> read_parameter_description(byte_view body);
void compose_parameter_description(std::string& out, byte_view parameter_types);

/// What PostgreSQL compares of a row shape (src/backend/access/common/tupdesc.c, equalRowTypes): name, type
/// and typmod of each column in order, in one string. Table OIDs, attribute numbers and formats are not part
/// of it.
std::optional<std::string> read_row_shape(byte_view row_description_body);

/// Whether a RowDescription has this shape, which read_row_shape has given; not if it is malformed.
bool is_row_shape(byte_view shape, byte_view row_description_body);

struct parameter_status_view {
    byte_view name;
    byte_view value;
};
std::optional<parameter_status_view> read_parameter_status(byte_view body);

void compose_parameter_status(std::string& out, byte_view name, byte_view value);
void compose_ready_for_query(std::string& out, transaction_status status);
/// ParseComplete, BindComplete, CloseComplete, NoData: a header alone.
void compose_bare(std::string& out, backend type);

}  // namespace pgsidecar
