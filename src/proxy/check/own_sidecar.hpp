#pragma once

#include <cstdint>
#include <thread>

#include "proxy/net/server.hpp"

namespace pgsidecar::check {

/// A proxy in this process, on a free port of 127.0.0.1, for as long as it lives.
class own_sidecar {
public:
    /// Listens there instead of where the settings say.
    explicit own_sidecar(const config::settings& settings);
    own_sidecar(const own_sidecar&) = delete;
    own_sidecar& operator=(const own_sidecar&) = delete;
    ~own_sidecar();

    std::uint16_t port() const { return server_.port(); }

private:
    net::server server_;
    std::thread thread_;
};

}  // namespace pgsidecar::check
