#pragma once

#include "proxy/config/settings.hpp"

namespace pgsidecar::net {

/// TCP_NODELAY, TCP_INQ, TCP_USER_TIMEOUT and keepalive of a TCP socket. What a listening one has, those that
/// it accepts have from the start (Linux).
void set_options(int descriptor, const config::keepalive_settings& keepalive);

}  // namespace pgsidecar::net
