#pragma once

#include "proxy/admin/routes.hpp"
#include "proxy/net/waiting_line.hpp"

namespace pgsidecar::admin {

/// Answers one HTTP/1.1 client until it closes, breaks the protocol, exceeds a limit (head 8 KiB, body 4 KiB)
/// or is silent for too long. While it is silent it may have to make room for others in that line.
net::awaitable<> serve_http(net::stream_socket client, bool is_local, scope here, net::waiting_line& silent,
                            const controls& proxy);

}  // namespace pgsidecar::admin
