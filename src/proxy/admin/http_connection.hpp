#pragma once

#include "proxy/admin/routes.hpp"

namespace pgsidecar::admin {

/// Answers one HTTP/1.1 client until it closes, breaks the protocol, exceeds a limit (head 8 KiB, body 4 KiB)
/// or is silent for too long.
net::awaitable<> serve_http(net::stream_socket client, bool is_local, scope here, const controls& proxy);

}  // namespace pgsidecar::admin
