#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/bytes.hpp"
#include "protocol/message_types.hpp"

/// Messages of the extended query protocol from the client (manual: "Message Formats"). Views alias the body
/// they were read from. A decoder gives nothing where PostgreSQL would refuse the body; whether the strings
/// are legal in the client's encoding is asked apart.
namespace pgsidecar {

struct parse_view {
    byte_view statement;
    byte_view query;
    byte_view parameter_types;  ///< four bytes each, network order; 0 = unspecified
};
std::optional<parse_view> read_parse(byte_view body);

/// The start of a Bind; its values are never looked at.
///
///     | portal \0 | statement \0 | n formats | formats ... | n parameters | values ... | result formats |
///                                |<------------------- tail ---------------------------------------->|
struct bind_view {
    byte_view portal;
    byte_view statement;
    std::size_t tail_at = 0;                       ///< offset in the body of what follows the names
    std::optional<std::uint16_t> format_count;     ///< of the parameters; the same
    std::optional<std::uint16_t> parameter_count;  ///< nothing where the tail is too short to tell
};
/// `body` may be cut anywhere: nothing when the names are not whole.
std::optional<bind_view> read_bind(byte_view body);

/// The end of a whole Bind.
struct result_formats_view {
    std::size_t at = 0;  ///< offset in the body of their number
    std::uint16_t count = 0;
    std::uint16_t first = 0;  ///< 0: text, where there is none
};
/// `tail_at` as read_bind has found it. Nothing if malformed.
std::optional<result_formats_view> read_result_formats(byte_view body, std::size_t tail_at);

/// Describe and Close.
struct target_view {
    target_kind kind;
    byte_view name;
};
std::optional<target_view> read_target(byte_view body);

/// Portal of an Execute; nothing when it has no NUL.
std::optional<byte_view> read_execute_portal(byte_view body);

/// Text of a Query; nothing unless its first NUL is its last byte.
std::optional<byte_view> read_query(byte_view body);

void compose_parse(std::string& out, byte_view statement, byte_view query, byte_view parameter_types = {});
void compose_bind(std::string& out, byte_view portal, byte_view statement);
/// Header and names of a Bind whose tail of `tail_size` bytes the caller sends behind it.
void compose_bind_head(std::string& out, byte_view portal, byte_view statement, std::size_t tail_size);
/// Instead of what read_result_formats has found: `columns` times the same code.
void compose_result_formats(std::string& out, std::uint16_t columns, std::uint16_t code);
/// Header, name and nothing more of a Parse whose query and types follow (`tail_size` bytes).
void compose_parse_head(std::string& out, byte_view statement, std::size_t tail_size);
void compose_describe(std::string& out, target_kind kind, byte_view name);
void compose_close(std::string& out, target_kind kind, byte_view name);
void compose_execute(std::string& out, byte_view portal, std::uint32_t max_rows = 0);
void compose_query(std::string& out, byte_view text);
void compose_copy_fail(std::string& out, byte_view reason);
/// Sync, Flush, CopyDone, Terminate: a header alone.
void compose_bare(std::string& out, frontend type);

}  // namespace pgsidecar
