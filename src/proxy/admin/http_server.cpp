#include "proxy/admin/http_server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>

#include "proxy/admin/http_connection.hpp"
#include "proxy/net/endpoints.hpp"
#include "proxy/net/log.hpp"

namespace pgsidecar::admin {
namespace {

/// A Prometheus, a kubelet and a few people; one more is closed at once.
constexpr std::size_t most_clients = 64;

}  // namespace

http_server::http_server(net::asio::io_context& where, const config::admin_settings& settings, controls proxy)
    : where_(where), proxy_(std::move(proxy)) {
    for (const config::address& at : settings.listen)
        entrances_.push_back({scope::everything, net::listen_on(where, at)});
    for (const config::address& at : settings.metrics_listen)
        entrances_.push_back({scope::metrics, net::listen_on(where, at)});
}

void http_server::start() {
    for (const entrance& each : entrances_)
        for (const auto& listener : each.listeners)
            listener->start([this, routes = each.routes]() -> net::listener::taker {
                return {where_.get_executor(),
                        [this, routes](net::stream_socket client, const net::endpoint& peer) {
                            admit(std::move(client), peer, routes);
                        }};
            });
}

void http_server::admit(net::stream_socket client, const net::endpoint& peer, scope routes) {
    if (clients_.size() >= most_clients) return;
    const auto place = clients_.emplace(clients_.end());
    net::asio::co_spawn(
        where_, serve_http(std::move(client), net::is_local(peer), routes, proxy_),
        net::asio::bind_cancellation_slot(place->slot(), [this, place](const std::exception_ptr& failure) {
            clients_.erase(place);
            if (failure) log::event(log::level::error, log::no_session, "internal error");
        }));
}

void http_server::stop() {
    for (const entrance& each : entrances_)
        for (const auto& listener : each.listeners) listener->stop();
    for (net::asio::cancellation_signal& each : clients_) each.emit(net::asio::cancellation_type::terminal);
}

}  // namespace pgsidecar::admin
