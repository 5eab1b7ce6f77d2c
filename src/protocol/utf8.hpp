#pragma once

#include "protocol/bytes.hpp"

namespace pgsidecar {

/// Whether PostgreSQL would take the bytes as UTF-8 (src/common/wchar.c, pg_utf8_islegal: shortest forms
/// only, no surrogates, nothing above U+10FFFF).
bool is_valid_utf8(byte_view text);

}  // namespace pgsidecar
