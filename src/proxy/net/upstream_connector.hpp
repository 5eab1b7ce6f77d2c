#pragma once

#include <vector>

#include "proxy/config/address.hpp"
#include "proxy/net/asio.hpp"

namespace pgsidecar::net {

using time_point = std::chrono::steady_clock::time_point;

/// Every endpoint that an address stands for, names looked up; timed_out when that takes too long.
awaitable<std::vector<endpoint>> resolve(config::address where, time_point deadline, error_code& ec);

awaitable<stream_socket> connect(endpoint where, time_point deadline, error_code& ec);

/// The first of the endpoints that takes the connection; otherwise the last one's error.
awaitable<stream_socket> connect_any(std::vector<endpoint> where, time_point deadline, error_code& ec);

}  // namespace pgsidecar::net
