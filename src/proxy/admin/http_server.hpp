#pragma once

#include <list>
#include <memory>
#include <vector>

#include "proxy/admin/routes.hpp"
#include "proxy/net/listener.hpp"
#include "proxy/net/waiting_line.hpp"

namespace pgsidecar::admin {

/// The admin interface: its addresses and whoever is connected to them, all on one thread.
class http_server {
public:
    /// Listens; std::runtime_error if an address cannot be had. One that a predecessor has, which drains, is
    /// taken when that has ended.
    http_server(net::asio::io_context& where, const config::admin_settings& settings, controls proxy);
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;

    void start();

    /// Closes every connection: the thread has nothing of it left to wait for.
    void stop();

private:
    /// One address, and those on it that are silent: whoever holds one shut shuts out nobody else.
    struct entrance {
        entrance(scope shown, std::unique_ptr<net::listener> listens)
            : routes(shown), at(std::move(listens)) {}

        const scope routes;
        const std::unique_ptr<net::listener> at;
        net::waiting_line silent;
    };
    struct taken_address {
        config::address at;
        scope routes;
    };

    void open(const std::vector<config::address>& addresses, scope routes);
    void add(const config::address& at, scope routes);
    void start(entrance& at);
    void await_predecessor();
    bool take(const taken_address& wanted);
    void admit(net::stream_socket client, const net::endpoint& peer, entrance& at);

    net::asio::io_context& where_;
    const controls proxy_;
    std::list<entrance> entrances_;
    std::vector<taken_address> taken_;  // by a predecessor
    net::timer retry_;
    std::list<net::asio::cancellation_signal> clients_;
};

}  // namespace pgsidecar::admin
