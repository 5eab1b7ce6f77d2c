#pragma once

#include <boost/asio/async_result.hpp>
#include <vector>

#include "proxy/net/asio.hpp"

namespace pgsidecar::net {

/// Coroutines of one thread wait here until another one of it says that something has changed; what, they
/// look up themselves. Unlike a timer used for the purpose it costs no system call.
class wakeup {
public:
    awaitable<> wait() {
        return asio::async_initiate<const asio::use_awaitable_t<executor>&, void()>(
            [this](handler waiter) { waiters_.push_back(std::move(waiter)); }, use_awaitable);
    }

    void notify() {
        for (handler& waiter : waiters_) asio::post(std::move(waiter));
        waiters_.clear();
    }

private:
    using handler = asio::async_result<asio::use_awaitable_t<executor>, void()>::handler_type;

    std::vector<handler> waiters_;
};

}  // namespace pgsidecar::net
