#include "proxy/admin/upstream_probe.hpp"

namespace pgsidecar::admin {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds freshness{5};

/// Less than what a kubelet waits for an answer by default.
constexpr std::chrono::milliseconds patience{800};

}  // namespace

net::awaitable<std::string> upstream_probe::problem(config::upstream_settings upstream) {
    if (asking_)
        co_await answered_.wait();
    else if (!is_fresh())
        co_await ask(upstream);
    co_return problem_;
}

bool upstream_probe::is_fresh() const {
    return asked_at_ != net::time_point{} && steady_clock::now() - asked_at_ < freshness;
}

net::awaitable<> upstream_probe::ask(config::upstream_settings upstream) {
    upstream.connect_attempts = 1;
    upstream.connect_patience = {};
    upstream.connect_timeout = std::min(upstream.connect_timeout, patience);
    asking_ = true;
    net::upstream_connector connector(where_, deadlines_, upstream, health_);
    const net::stream_socket socket = co_await connector.connect();
    problem_ = socket.is_open() ? "" : "could not connect to upstream " + connector.failures();
    asked_at_ = steady_clock::now();
    asking_ = false;
    answered_.notify();
}

}  // namespace pgsidecar::admin
