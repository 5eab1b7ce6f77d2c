#pragma once

#include <map>
#include <mutex>

#include "proxy/net/asio.hpp"

namespace pgsidecar::net {

/// Which of the upstream's endpoints could not be reached lately: others are tried before them for a while,
/// so that one that is down costs one client its time and not each. Shared by all threads.
class upstream_health {
public:
    /// How long after a failure others go first; the first client after that tries it in its place.
    static constexpr std::chrono::seconds put_off_for{10};
    /// Endpoints that nobody has tried for so long are forgotten: names come to stand for others.
    static constexpr std::chrono::minutes forgotten_after{10};

    /// Whether it may be tried in its place. Whoever is told so of one that has failed is the only one.
    bool in_turn(const endpoint& at, time_point now) {
        const std::lock_guard lock(mutex_);
        const auto found = failures_.find(at);
        if (found == failures_.end()) return true;
        if (now - found->second < put_off_for) return false;
        found->second = now;
        return true;
    }

    /// Whether it is news.
    bool failed(const endpoint& at, time_point now) {
        const std::lock_guard lock(mutex_);
        const bool is_news = failures_.insert_or_assign(at, now).second;
        std::erase_if(failures_, [&](const auto& each) { return now - each.second > forgotten_after; });
        return is_news;
    }

    /// Whether it is news.
    bool answered(const endpoint& at) {
        const std::lock_guard lock(mutex_);
        return failures_.erase(at) > 0;
    }

private:
    std::mutex mutex_;
    std::map<endpoint, time_point> failures_;  // each with the last
};

}  // namespace pgsidecar::net
