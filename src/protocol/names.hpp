#pragma once

#include <cstddef>
#include <string>

#include "protocol/bytes.hpp"

namespace pgsidecar {

/// PostgreSQL compares names by their first bytes (NAMEDATALEN - 1).
inline constexpr std::size_t max_name_size = 63;
inline byte_view statement_key(byte_view name) { return name.substr(0, max_name_size); }

/// As PostgreSQL folds what is not quoted, outside ASCII not at all (parser/scansup.c with a multi-byte
/// encoding).
std::string lower_case(byte_view text);

/// Of a name in double quotes: what stands between them, a quote written as two.
std::string unquoted(byte_view written);

}  // namespace pgsidecar
