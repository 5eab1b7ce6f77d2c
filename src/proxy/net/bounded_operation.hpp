#pragma once

#include <memory>

#include "proxy/net/asio.hpp"
#include "proxy/net/wakeup.hpp"

namespace pgsidecar::net {

/// Something that is waited for until it has ended, its time is over or it is given up. What cannot be broken
/// off, such as a name look-up, may outlive the coroutine that has stopped waiting.
class bounded_operation : public std::enable_shared_from_this<bounded_operation> {
public:
    explicit bounded_operation(const executor& where) : expiry_(where) {}
    bounded_operation(const bounded_operation&) = delete;
    bounded_operation& operator=(const bounded_operation&) = delete;
    virtual ~bounded_operation() = default;

    /// Gives up with timed_out.
    void expire_after(std::chrono::milliseconds limit) {
        expiry_.expires_after(limit);
        expiry_.async_wait([self = shared_from_this()](error_code cancelled) {
            if (!cancelled) self->give_up(asio::error::timed_out);
        });
    }

    void give_up(error_code why) {
        if (done_) return;
        finish(why);
        break_off();
    }

    awaitable<error_code> ended() {
        while (!done_) co_await finished_.wait();
        co_return result_;
    }

protected:
    void finish(error_code result) {
        if (done_) return;
        done_ = true;
        result_ = result;
        expiry_.cancel();
        finished_.notify();
    }

private:
    virtual void break_off() {}

    timer expiry_;
    bool done_ = false;
    error_code result_;
    wakeup finished_;
};

}  // namespace pgsidecar::net
