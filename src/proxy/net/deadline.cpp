#include "proxy/net/deadline.hpp"

namespace pgsidecar::net {

void deadline_queue::keep_alarm(bool kept) {
    kept_ = kept;
    set_alarm();
}

deadline_queue::by_time::iterator deadline_queue::add(time_point at, deadline& of) {
    const auto entry = entries_.emplace(at, &of);
    set_alarm();
    return entry;
}

void deadline_queue::remove(by_time::iterator which) {
    entries_.erase(which);
    if (entries_.empty()) set_alarm();
}

/// For the first deadline, if it does not ring before.
void deadline_queue::set_alarm() {
    if (!alarm_) return;
    if (entries_.empty()) {
        if (kept_ || alarm_at_ == time_point::max()) return;
        alarm_at_ = time_point::max();
        alarm_->cancel();
        return;
    }
    const time_point first = entries_.begin()->first;
    if (first >= alarm_at_) return;
    alarm_at_ = first;
    alarm_->expires_at(first);
    alarm_->async_wait([this](error_code cancelled) {
        if (!cancelled) ring();
    });
}

/// One of them; the alarm is set for the next before anything can fail.
void deadline_queue::ring() {
    alarm_at_ = time_point::max();
    deadline* passed = nullptr;
    if (!entries_.empty() && entries_.begin()->first <= time_point::clock::now()) {
        passed = entries_.begin()->second;
        passed->entry_.reset();
        entries_.erase(entries_.begin());
    }
    set_alarm();
    if (passed) passed->on_pass_();
}

void deadline::set_at(time_point at) {
    const auto before = std::exchange(entry_, queue_.add(at, *this));
    if (before) queue_.remove(*before);
}

void deadline::give_up() {
    if (const auto entry = std::exchange(entry_, std::nullopt)) queue_.remove(*entry);
}

}  // namespace pgsidecar::net
