#pragma once

#include "proxy/config/settings.hpp"
#include "proxy/net/asio.hpp"

namespace pgsidecar::net {

/// TCP_NODELAY, TCP_INQ and keepalive; a Unix socket has none of them.
void set_options(stream_socket& socket, const config::keepalive_settings& keepalive);

bool is_unix_socket(const stream_socket& socket);

}  // namespace pgsidecar::net
