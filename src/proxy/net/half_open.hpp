#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <utility>

namespace pgsidecar::net {

class half_open_place;

/// The connections that have not logged in and wait for their client, the one that has waited longest first.
/// That one makes room when there are too many: a client logs in at once, so that a flood of connections that
/// do not pushes out its own and not the clients that come meanwhile. Shared by all threads.
class half_open_queue {
private:
    friend class half_open_place;

    std::mutex mutex_;
    std::list<half_open_place*> waiting_;
};

class half_open_place {
public:
    /// `most`: how many places there are. `give_up` is called when it has to make room, on any thread.
    half_open_place(half_open_queue& queue, std::size_t most, std::function<void()> give_up)
        : queue_(queue), give_up_(std::move(give_up)) {
        const std::lock_guard lock(queue_.mutex_);
        at_ = queue_.waiting_.insert(queue_.waiting_.end(), this);
        while (queue_.waiting_.size() > most) queue_.waiting_.front()->make_room();
    }
    half_open_place(const half_open_place&) = delete;
    half_open_place& operator=(const half_open_place&) = delete;

    ~half_open_place() {
        const std::lock_guard lock(queue_.mutex_);
        if (waits_) queue_.waiting_.erase(at_);
    }

private:
    void make_room() {
        waits_ = false;
        queue_.waiting_.pop_front();
        give_up_();
    }

    half_open_queue& queue_;
    const std::function<void()> give_up_;
    std::list<half_open_place*>::iterator at_;
    bool waits_ = true;
};

}  // namespace pgsidecar::net
