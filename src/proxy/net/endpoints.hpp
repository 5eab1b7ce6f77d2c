#pragma once

#include <string>
#include <string_view>

#include "proxy/net/asio.hpp"

namespace pgsidecar::net {

int family_of(const endpoint& at);

/// Of an IPv4 or IPv6 endpoint.
asio::ip::tcp::endpoint tcp_of(const endpoint& at);

/// The path of a Unix socket's endpoint, empty where it has none; aliases the endpoint.
std::string_view unix_path_of(const endpoint& at);

/// A loopback address or a Unix socket.
bool is_local(const endpoint& at);

/// "192.0.2.1:5432", "[::1]:5432", the path of a Unix socket ("unix" where it has none), or "unknown".
std::string to_string(const endpoint& where);

}  // namespace pgsidecar::net
