#pragma once

#include <atomic>
#include <cstddef>

namespace pgsidecar::net {

/// Counts the client connections of all threads.
class connection_limit {
public:
    /// False if there are `most` already.
    bool enter(std::size_t most) {
        if (now_.fetch_add(1) < most) return true;
        leave();
        return false;
    }
    void leave() { now_.fetch_sub(1); }

private:
    std::atomic<std::size_t> now_{0};
};

/// Counts one for as long as it lives.
class counted_one {
public:
    explicit counted_one(std::atomic<std::size_t>& count) : count_(count) { ++count_; }
    counted_one(const counted_one&) = delete;
    counted_one& operator=(const counted_one&) = delete;
    ~counted_one() { --count_; }

private:
    std::atomic<std::size_t>& count_;
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

    bool enter(std::size_t most) { return entered_ = limit_.enter(most); }

private:
    connection_limit& limit_;
    bool entered_ = false;
};

}  // namespace pgsidecar::net
