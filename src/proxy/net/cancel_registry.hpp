#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "proxy/net/upstream_target.hpp"
#include "proxy/startup/cancel_key.hpp"

namespace pgsidecar::net {

class cancel_registration;

/// What a CancelRequest may mean.
struct cancellable_session {
    upstream_target upstream;
    bool busy = false;  ///< a server is lent to it, as far as is known here
};

/// Sessions by what a CancelRequest for them will say. Shared by all threads.
class cancel_registry {
public:
    /// Of several that an upstream has given the same key, one that is busy.
    std::optional<cancellable_session> find(const cancel_key& key) const;

    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return entries_.size();
    }

private:
    friend class cancel_registration;
    using entries = std::multimap<cancel_key, const cancel_registration*>;

    entries::iterator add(const cancel_key& key, const cancel_registration* session) {
        const std::lock_guard lock(mutex_);
        return entries_.emplace(key, session);
    }

    void remove(entries::iterator entry) {
        const std::lock_guard lock(mutex_);
        entries_.erase(entry);
    }

    mutable std::mutex mutex_;
    entries entries_;
};

/// Keeps a session in the registry as long as it lives.
class cancel_registration {
public:
    cancel_registration(cancel_registry& registry, const cancel_key& key, upstream_target_ptr upstream)
        : registry_(registry), upstream_(std::move(upstream)), entry_(registry.add(key, this)) {}
    cancel_registration(const cancel_registration&) = delete;
    cancel_registration& operator=(const cancel_registration&) = delete;
    ~cancel_registration() { registry_.remove(entry_); }

    const cancel_key& key() const { return entry_->first; }

    void set_busy(bool busy) {
        if (busy_.load(std::memory_order_relaxed) != busy) busy_ = busy;
    }

private:
    friend class cancel_registry;

    cancel_registry& registry_;
    const upstream_target_ptr upstream_;
    std::atomic<bool> busy_{false};
    const cancel_registry::entries::iterator entry_;
};

inline std::optional<cancellable_session> cancel_registry::find(const cancel_key& key) const {
    const std::lock_guard lock(mutex_);
    const cancel_registration* found = nullptr;
    for (auto [at, end] = entries_.equal_range(key); at != end; ++at)
        if (found == nullptr || at->second->busy_) found = at->second;
    if (found == nullptr) return std::nullopt;
    return cancellable_session{*found->upstream_, found->busy_};
}

}  // namespace pgsidecar::net
