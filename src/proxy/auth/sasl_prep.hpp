#pragma once

#include "proxy/auth/secret_string.hpp"

namespace pgsidecar::auth {

/// A password as PostgreSQL gives it to SCRAM: SASLprep of it (RFC 4013), or its very bytes where that is
/// refused or it is no UTF-8 (src/common/saslprep.c, src/common/scram-common.c).
secret_string prepared_password(byte_view password);

}  // namespace pgsidecar::auth
