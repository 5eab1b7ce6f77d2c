#pragma once

#include <cstddef>
#include <optional>

#include "protocol/bytes.hpp"
#include "proxy/sql/sql_reading.hpp"

namespace pgsidecar {

/// n of the highest $n in the text; nothing where it ends inside a literal.
std::optional<std::size_t> highest_parameter(byte_view sql, sql_reading reading = {});

}  // namespace pgsidecar
