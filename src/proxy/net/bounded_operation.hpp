#pragma once

#include <memory>

#include "proxy/net/asio.hpp"
#include "proxy/net/deadline.hpp"
#include "proxy/net/wakeup.hpp"

namespace pgsidecar::net {

/// Something that is waited for until it has ended, its time is over or it is given up. What cannot be broken
/// off, such as a name look-up, may outlive the coroutine that has stopped waiting.
class bounded_operation : public std::enable_shared_from_this<bounded_operation> {
public:
    explicit bounded_operation(deadline_queue& deadlines)
        : expiry_(deadlines, [this] { shared_from_this()->give_up(asio::error::timed_out); }) {}
    bounded_operation(const bounded_operation&) = delete;
    bounded_operation& operator=(const bounded_operation&) = delete;
    virtual ~bounded_operation() = default;

    /// Gives up with timed_out.
    void expire_after(std::chrono::milliseconds limit) {
        if (!done_) expiry_.set_after(limit);
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
        expiry_.give_up();
        finished_.notify();
    }

private:
    virtual void break_off() {}

    deadline expiry_;
    bool done_ = false;
    error_code result_;
    wakeup finished_;
};

}  // namespace pgsidecar::net
