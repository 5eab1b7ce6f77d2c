#pragma once

#include "proxy/admin/http_server.hpp"
#include "proxy/admin/upstream_probe.hpp"
#include "proxy/net/server.hpp"

namespace pgsidecar::admin {

/// The admin interface of a server, on the server's thread for as long as it runs.
class interface {
public:
    /// Listens where the configuration says; std::runtime_error if an address cannot be had.
    explicit interface(net::server& proxy);

private:
    controls controls_of(net::server& proxy);

    upstream_probe probe_;
    http_server server_;
};

}  // namespace pgsidecar::admin
