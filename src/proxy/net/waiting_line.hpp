#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <list>
#include <mutex>
#include <utility>

#include "proxy/net/asio.hpp"

namespace pgsidecar::net {

class place_in_line;

/// Connections that wait for somebody else, the one that has waited longest first. That one makes room when
/// there are too many: whoever means it does not wait long, so that a flood of those that only wait pushes
/// out its own and not the others that come meanwhile. Shared by all threads.
class waiting_line {
public:
    struct limits {
        std::size_t most;
        /// Whoever has waited for less stays, although there are more than `most`: they may all mean it.
        std::chrono::milliseconds patience{0};
        /// And how many there may be for that.
        std::size_t most_of_all = std::numeric_limits<std::size_t>::max();
    };

    void make_room(const limits& by, time_point now);

private:
    friend class place_in_line;

    void make_room_locked(const limits& by, time_point now);
    std::size_t size() const { return waiting_.size() + settled_; }

    std::mutex mutex_;
    std::list<place_in_line*> waiting_;
    std::size_t settled_ = 0;
};

class place_in_line {
public:
    /// `give_up` is called when it has to make room, on any thread, in the constructor too; it must not let
    /// go of a place itself.
    place_in_line(waiting_line& line, const waiting_line::limits& by, std::function<void()> give_up,
                  time_point now = time_point::clock::now())
        : line_(line), give_up_(std::move(give_up)), since_(now) {
        const std::lock_guard lock(line_.mutex_);
        at_ = line_.waiting_.insert(line_.waiting_.end(), this);
        line_.make_room_locked(by, now);
        is_crowded_ = line_.size() > by.most;
    }
    place_in_line(const place_in_line&) = delete;
    place_in_line& operator=(const place_in_line&) = delete;

    ~place_in_line() {
        const std::lock_guard lock(line_.mutex_);
        if (state_ == state::waits) line_.waiting_.erase(at_);
        if (state_ == state::settled) --line_.settled_;
    }

    /// It cannot be given up any more, but counts; false if it has been given up already.
    bool settle() {
        const std::lock_guard lock(line_.mutex_);
        if (state_ != state::waits) return state_ == state::settled;
        state_ = state::settled;
        line_.waiting_.erase(at_);
        ++line_.settled_;
        return true;
    }

    bool is_given_up() const {
        const std::lock_guard lock(line_.mutex_);
        return state_ == state::gone;
    }

    /// There were too many when it came: somebody has to make room once their patience is over.
    bool is_crowded() const { return is_crowded_; }

private:
    friend class waiting_line;
    enum class state { waits, settled, gone };

    waiting_line& line_;
    const std::function<void()> give_up_;
    const time_point since_;
    std::list<place_in_line*>::iterator at_;
    state state_ = state::waits;
    bool is_crowded_ = false;
};

inline void waiting_line::make_room_locked(const limits& by, time_point now) {
    while (size() > by.most && !waiting_.empty()) {
        place_in_line* const first = waiting_.front();
        if (size() <= by.most_of_all && now - first->since_ < by.patience) return;
        waiting_.pop_front();
        first->state_ = place_in_line::state::gone;
        first->give_up_();
    }
}

inline void waiting_line::make_room(const limits& by, time_point now) {
    const std::lock_guard lock(mutex_);
    make_room_locked(by, now);
}

}  // namespace pgsidecar::net
