#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "proxy/net/asio.hpp"

namespace pgsidecar::net {

class deadline;

/// The deadlines of one thread. One alarm serves them all: it is set only for one that comes before it, and
/// left as it is when that is given up, since setting it is a system call and most deadlines are given up.
class deadline_queue {
public:
    deadline_queue() = default;
    deadline_queue(const deadline_queue&) = delete;
    deadline_queue& operator=(const deadline_queue&) = delete;

    /// Where they pass. Before any is set.
    void start(const executor& where) { alarm_.emplace(where); }

    /// None passes any more.
    void stop() { alarm_.reset(); }

    /// Whether the alarm stays when the last deadline is given up. Not from the start: it keeps the event
    /// loop from ending.
    void keep_alarm(bool kept);

private:
    friend class deadline;
    using by_time = std::multimap<time_point, deadline*>;

    by_time::iterator add(time_point at, deadline& of);
    void remove(by_time::iterator which);
    void set_alarm();
    void ring();

    by_time entries_;
    std::optional<timer> alarm_;
    time_point alarm_at_ = time_point::max();
    bool kept_ = false;
};

/// Calls `on_pass` when its time has come, unless it is set anew or given up before. Dies before its queue.
class deadline {
public:
    deadline(deadline_queue& of, std::function<void()> on_pass) : queue_(of), on_pass_(std::move(on_pass)) {}
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;
    ~deadline() { give_up(); }  // NOLINT(bugprone-exception-escape): cancelling a timer does not fail

    void set_at(time_point at);
    void set_after(std::chrono::milliseconds limit) { set_at(time_point::clock::now() + limit); }
    void give_up();
    bool is_set() const { return entry_.has_value(); }

private:
    friend class deadline_queue;

    deadline_queue& queue_;
    std::function<void()> on_pass_;
    std::optional<deadline_queue::by_time::iterator> entry_;  // while it is set
};

}  // namespace pgsidecar::net
