#pragma once

#include "proxy/config/settings.hpp"
#include "proxy/net/asio.hpp"

namespace pgsidecar::net {

/// TCP_NODELAY and keepalive; a Unix socket has neither.
void set_options(stream_socket& socket, const config::keepalive_settings& keepalive);

/// "192.0.2.1:5432", "[::1]:5432", or the path of a Unix socket ("unix" where it has none).
std::string to_string(const endpoint& where);

}  // namespace pgsidecar::net
