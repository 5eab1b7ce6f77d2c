#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "protocol/bytes.hpp"
#include "proxy/sql/sql_reading.hpp"

namespace pgsidecar {

/// A longer text is not parsed: two bytes of it may be one more level of the tree, which the library writes
/// by recursion.
inline constexpr std::size_t max_parsed_size = std::size_t{16} << 10;

/// The text as the library reads it best, every byte where it was: blanks for comments, x for what is in
/// literals, plain integers for those of PostgreSQL 16. Nothing where parsing it would cost more than a round
/// trip: it is too long, or has too many tokens.
std::optional<std::string> text_to_parse(byte_view sql, sql_reading reading);

}  // namespace pgsidecar
