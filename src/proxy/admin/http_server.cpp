#include "proxy/admin/http_server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <iterator>

#include "proxy/admin/http_connection.hpp"
#include "proxy/admin/predecessor.hpp"
#include "proxy/net/endpoints.hpp"
#include "proxy/net/log.hpp"

namespace pgsidecar::admin {
namespace {

/// Between two looks whether a predecessor has left its address.
constexpr std::chrono::milliseconds retry_pause{200};

}  // namespace

http_server::http_server(net::asio::io_context& where, const config::admin_settings& settings, controls proxy)
    : where_(where), proxy_(std::move(proxy)), retry_(where.get_executor()) {
    open(settings.listen, scope::everything);
    open(settings.metrics_listen, scope::metrics);
}

void http_server::open(const std::vector<config::address>& addresses, scope routes) {
    for (const config::address& each : addresses) try {
            add(each, routes);
        } catch (const net::address_in_use&) {
            if (!predecessor_drains_at(each)) throw;
            log::event(log::level::warn, log::no_session,
                       "a predecessor that drains has the address of the admin interface",
                       {{"address", config::to_string(each)}});
            taken_.push_back({each, routes});
        }
}

void http_server::add(const config::address& at, scope routes) {
    for (auto& listener : net::listen_on(where_, at)) entrances_.emplace_back(routes, std::move(listener));
}

void http_server::start() {
    for (entrance& each : entrances_) start(each);
    await_predecessor();
}

void http_server::start(entrance& at) {
    at.at->start([this, &at]() -> net::listener::taker {
        return {where_.get_executor(), [this, &at](net::stream_socket client, const net::endpoint& peer) {
                    admit(std::move(client), peer, at);
                }};
    });
}

void http_server::await_predecessor() {
    if (taken_.empty()) return;
    retry_.expires_after(retry_pause);
    retry_.async_wait([this](net::error_code ec) {
        if (ec) return;
        std::erase_if(taken_, [this](const taken_address& each) { return take(each); });
        await_predecessor();
    });
}

/// Whether it need not be tried again.
bool http_server::take(const taken_address& wanted) try {
    const std::size_t before = entrances_.size();
    add(wanted.at, wanted.routes);
    for (auto each = std::next(entrances_.begin(), static_cast<std::ptrdiff_t>(before));
         each != entrances_.end(); ++each)
        start(*each);
    return true;
} catch (const net::address_in_use&) { return false; } catch (const std::runtime_error& failure) {
    log::event(log::level::error, log::no_session, "no admin interface", {{"error", failure.what()}});
    return true;
}

void http_server::admit(net::stream_socket client, const net::endpoint& peer, entrance& at) {
    const auto place = clients_.emplace(clients_.end());
    net::asio::co_spawn(
        where_, serve_http(std::move(client), net::is_local(peer), at.routes, at.silent, proxy_),
        net::asio::bind_cancellation_slot(place->slot(), [this, place](const std::exception_ptr& failure) {
            clients_.erase(place);
            if (failure) log::event(log::level::error, log::no_session, "internal error");
        }));
}

void http_server::stop() {
    retry_.cancel();
    taken_.clear();
    for (const entrance& each : entrances_) each.at->stop();
    for (net::asio::cancellation_signal& each : clients_) each.emit(net::asio::cancellation_type::terminal);
}

}  // namespace pgsidecar::admin
