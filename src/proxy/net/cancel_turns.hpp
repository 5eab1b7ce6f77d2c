#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "proxy/startup/cancel_key.hpp"

namespace pgsidecar::net {

class cancel_turn;

/// One CancelRequest for a session is upstream at a time, however many are sent: the pooler keeps a place for
/// each until PostgreSQL has answered. Those that come meanwhile wait; of them one is carried for all, since
/// it leaves when the last of them is there. Shared by all threads.
class cancel_turns {
private:
    friend class cancel_turn;

    struct line {
        std::vector<cancel_turn*> served;   // the first is carried, for all of them
        std::vector<cancel_turn*> waiting;  // until those are served
    };

    std::mutex mutex_;
    std::map<cancel_key, line> lines_;
};

/// A CancelRequest's turn. `wake` is called when anything has changed, on any thread.
class cancel_turn {
public:
    enum class state {
        waits,
        carries,
        served,  ///< another that left later than this one came has been carried for it
    };

    cancel_turn(cancel_turns& turns, const cancel_key& key, std::function<void()> wake)
        : turns_(turns), key_(key), wake_(std::move(wake)) {
        const std::lock_guard lock(turns_.mutex_);
        cancel_turns::line& line = turns_.lines_[key_];
        if (line.served.empty()) state_ = state::carries;
        (line.served.empty() ? line.served : line.waiting).push_back(this);
    }
    cancel_turn(const cancel_turn&) = delete;
    cancel_turn& operator=(const cancel_turn&) = delete;

    ~cancel_turn() {
        const std::lock_guard lock(turns_.mutex_);
        if (state_ == state::served) return;
        cancel_turns::line& line = turns_.lines_[key_];
        std::erase(line.served, this);
        std::erase(line.waiting, this);
        if (state_ == state::carries) serve_next(line);
        if (line.served.empty()) turns_.lines_.erase(key_);
    }

    state at() const {
        const std::lock_guard lock(turns_.mutex_);
        return state_;
    }

private:
    static void serve_next(cancel_turns::line& line) {
        for (cancel_turn* each : line.served) each->become(state::served);
        line.served = std::exchange(line.waiting, {});
        if (!line.served.empty()) line.served.front()->become(state::carries);
    }

    void become(state next) {
        state_ = next;
        wake_();
    }

    cancel_turns& turns_;
    const cancel_key key_;
    const std::function<void()> wake_;
    state state_ = state::waits;
};

}  // namespace pgsidecar::net
