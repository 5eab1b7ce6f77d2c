#pragma once

#include "proxy/config/settings.hpp"

namespace pgsidecar::net {

/// TCP_NODELAY, TCP_INQ, TCP_USER_TIMEOUT and keepalive of a TCP socket. What a listening one has, those that
/// it accepts have from the start (Linux).
void set_options(int descriptor, const config::keepalive_settings& keepalive);

/// How long sent bytes may stay unacknowledged; 0 if TCP_USER_TIMEOUT is not to be set.
std::chrono::milliseconds user_timeout(const config::keepalive_settings& from);

/// Linux lets TCP_USER_TIMEOUT end a connection whose peer acknowledges everything and only does not read.
/// While that is so it is switched off. To be called several times in that time.
void spare_slow_reader(int descriptor, const config::keepalive_settings& keepalive);

}  // namespace pgsidecar::net
