#pragma once

#include <optional>

#include "proxy/auth/secret_string.hpp"

namespace pgsidecar::auth {

/// "md5" and 32 hexadecimal digits: what pg_authid and pgBouncer's users file keep of a password.
bool is_md5_hash(byte_view secret);

/// The answer to AuthenticationMD5Password (manual: "Start-up"), made of a password or such a hash. Nothing
/// where the system's policy has MD5 switched off.
std::optional<secret_string> md5_answer(byte_view user, byte_view secret, byte_view salt);

}  // namespace pgsidecar::auth
