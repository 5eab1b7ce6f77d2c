#pragma once

#include <optional>
#include <string>

#include "protocol/bytes.hpp"

namespace pgsidecar::auth {

std::string base64(byte_view bytes);

/// Nothing unless it is exactly what base64() would have written: padded, without white space.
std::optional<std::string> read_base64(byte_view text);

}  // namespace pgsidecar::auth
