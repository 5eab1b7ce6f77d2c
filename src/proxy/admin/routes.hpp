#pragma once

#include <string>

#include "proxy/admin/access.hpp"
#include "proxy/admin/controls.hpp"

namespace pgsidecar::admin {

struct request {
    std::string method;
    std::string target;  ///< path and query
    caller who;
};

struct answer {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::string allow{};           ///< methods, with status 405
    std::string content_policy{};  ///< Content-Security-Policy; empty: nothing may be loaded
};

/// Which routes an address has.
enum class scope {
    everything,
    metrics,  ///< /metrics, /healthz and /readyz
};

/// What is answered to a request; no I/O but that of the controls. docs/admin.md lists the routes.
net::awaitable<answer> respond(const request& asked, scope here, const controls& proxy);

}  // namespace pgsidecar::admin
