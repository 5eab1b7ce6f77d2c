#include "proxy/net/upstream_connector.hpp"

#include <boost/asio/ip/address.hpp>
#include <memory>

#include "proxy/net/wakeup.hpp"

namespace pgsidecar::net {

namespace {

using resolver = asio::ip::basic_resolver<asio::ip::tcp, executor>;

/// Something that is waited for, but not beyond its deadline. A name look-up cannot be broken off: it may
/// outlive the coroutine that has stopped waiting.
struct pending {
    explicit pending(executor where) : expiry(where) {}

    void finish(error_code result) {
        if (done) return;
        done = true;
        ec = result;
        expiry.cancel();
        finished.notify();
    }

    timer expiry;
    bool done = false;
    error_code ec;
    wakeup finished;
};

template <class Operation>
void expire_at(const std::shared_ptr<Operation>& operation, time_point deadline) {
    operation->expiry.expires_at(deadline);
    operation->expiry.async_wait([operation](error_code cancelled) {
        if (cancelled) return;
        operation->finish(asio::error::timed_out);
        operation->abandon();
    });
}

struct lookup : pending {
    explicit lookup(executor where) : pending(where), names(where) {}
    void abandon() { names.cancel(); }

    resolver names;
    std::vector<endpoint> found;
};

struct attempt : pending {
    explicit attempt(executor where) : pending(where), socket(where) {}
    void abandon() {
        error_code ignored;
        socket.close(ignored);
    }

    stream_socket socket;
};

}  // namespace

awaitable<std::vector<endpoint>> resolve(config::address where, time_point deadline, error_code& ec) {
    if (where.type == config::address::kind::unix_socket)
        co_return std::vector<endpoint>{asio::local::stream_protocol::endpoint(where.path)};
    error_code not_numeric;
    const auto numeric = asio::ip::make_address(where.host, not_numeric);
    if (!not_numeric) co_return std::vector<endpoint>{asio::ip::tcp::endpoint(numeric, where.port)};

    const auto names = std::make_shared<lookup>(co_await asio::this_coro::executor);
    expire_at(names, deadline);
    names->names.async_resolve(where.host, std::to_string(where.port),
                               [names](error_code failure, const resolver::results_type& results) {
                                   for (const auto& entry : results)
                                       names->found.emplace_back(entry.endpoint());
                                   names->finish(failure);
                               });
    while (!names->done) co_await names->finished.wait();
    ec = names->ec;
    co_return std::move(names->found);
}

awaitable<stream_socket> connect(endpoint where, time_point deadline, error_code& ec) {
    const auto one = std::make_shared<attempt>(co_await asio::this_coro::executor);
    expire_at(one, deadline);
    one->socket.async_connect(where, [one](error_code result) { one->finish(result); });
    while (!one->done) co_await one->finished.wait();
    ec = one->ec;
    co_return std::move(one->socket);
}

awaitable<stream_socket> connect_any(std::vector<endpoint> where, time_point deadline, error_code& ec) {
    stream_socket socket(co_await asio::this_coro::executor);
    ec = asio::error::host_not_found;
    for (const endpoint& one : where) {
        ec = {};
        socket = co_await connect(one, deadline, ec);
        if (!ec || ec == asio::error::timed_out) break;
    }
    co_return std::move(socket);
}

}  // namespace pgsidecar::net
