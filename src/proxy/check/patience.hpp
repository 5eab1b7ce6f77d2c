#pragma once

#include <chrono>
#include <stdexcept>

namespace pgsidecar::check {

/// SIGINT, SIGTERM or SIGHUP.
struct interrupted {
    int signal;
};

struct timed_out : std::runtime_error {
    using std::runtime_error::runtime_error;
};

using deadline = std::chrono::steady_clock::time_point;

/// Waits for sockets: not for ever, and not after such a signal, which it keeps from every thread that is
/// started while it lives.
class patience {
public:
    /// `step`: what connecting, and every answer, may take.
    explicit patience(std::chrono::milliseconds step);
    patience(const patience&) = delete;
    patience& operator=(const patience&) = delete;
    ~patience();

    std::chrono::milliseconds step() const { return step_; }
    deadline next() const { return std::chrono::steady_clock::now() + step_; }

    /// Until one of poll()'s `events` is there: false if the time is over first. Throws interrupted.
    bool await(int socket, short events, deadline until) const;

private:
    std::chrono::milliseconds step_;
    int signals_ = -1;
};

}  // namespace pgsidecar::check
