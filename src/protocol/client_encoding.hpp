#pragma once

#include <optional>

#include "protocol/bytes.hpp"

namespace pgsidecar {

/// The name by which the server reports the encoding that a client asks for: `'utf-8'` and `unicode` are
/// UTF8. Case and all but letters and digits are ignored (src/common/encnames.c). Nothing if PostgreSQL has
/// none such.
std::optional<byte_view> canonical_client_encoding(byte_view name);

}  // namespace pgsidecar
