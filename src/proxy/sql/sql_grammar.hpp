#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/bytes.hpp"
#include "proxy/sql/sql_reading.hpp"

/// PostgreSQL's own grammar, from libpg_query: the only place that knows that library.
namespace pgsidecar {

/// A longer text is not parsed: two bytes of it may be one more level of the tree, which the library writes
/// by recursion, in about 130 bytes of stack each.
inline constexpr std::size_t max_parsed_size = std::size_t{16} << 10;

/// The text as the library reads it best, every byte where it was: blanks for comments, x for what is in
/// literals, plain integers for those of PostgreSQL 16. Nothing where parsing it would cost more than a round
/// trip: it is too long, or has too many tokens.
std::optional<std::string> text_to_parse(byte_view sql, sql_reading reading);

/// The parse tree of a text as libpg_query writes it in JSON; nothing where the grammar refuses the text or
/// it is not parsed.
std::optional<std::string> parse_sql(byte_view sql, sql_reading reading = {});

/// The name that U&"..." with its UESCAPE stands for, folded and cut as PostgreSQL does; nothing where its
/// grammar takes no such name.
std::optional<std::string> unicode_name(std::string_view written);

}  // namespace pgsidecar
