#pragma once

#include <atomic>
#include <cstddef>

namespace pgsidecar::net {

/// Counts the client connections of all threads against `max_connections`.
class connection_limit {
public:
    explicit connection_limit(std::size_t most) : most_(most) {}

    bool enter() {
        if (now_.fetch_add(1) < most_) return true;
        leave();
        return false;
    }
    void leave() { now_.fetch_sub(1); }

private:
    const std::size_t most_;
    std::atomic<std::size_t> now_{0};
};

/// A connection's place among those counted.
class connection_place {
public:
    explicit connection_place(connection_limit& limit) : limit_(limit) {}
    connection_place(const connection_place&) = delete;
    connection_place& operator=(const connection_place&) = delete;
    ~connection_place() {
        if (entered_) limit_.leave();
    }

    bool enter() { return entered_ = limit_.enter(); }

private:
    connection_limit& limit_;
    bool entered_ = false;
};

}  // namespace pgsidecar::net
