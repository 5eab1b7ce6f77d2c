#pragma once

#include <list>
#include <memory>
#include <vector>

#include "proxy/admin/routes.hpp"
#include "proxy/net/listener.hpp"

namespace pgsidecar::admin {

/// The admin interface: its addresses and whoever is connected to them, all on one thread.
class http_server {
public:
    /// Listens; std::runtime_error if an address cannot be had.
    http_server(net::asio::io_context& where, const config::admin_settings& settings, controls proxy);
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;

    void start();

    /// Closes every connection: the thread has nothing of it left to wait for.
    void stop();

private:
    struct entrance {
        scope routes;
        std::vector<std::unique_ptr<net::listener>> listeners;
    };

    void admit(net::stream_socket client, const net::endpoint& peer, scope routes);

    net::asio::io_context& where_;
    const controls proxy_;
    std::vector<entrance> entrances_;
    std::list<net::asio::cancellation_signal> clients_;
};

}  // namespace pgsidecar::admin
