#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "proxy/net/asio.hpp"
#include "proxy/session/client_startup.hpp"

namespace pgsidecar::net {

/// Where an upstream connection leads, and how.
struct upstream_target {
    endpoint where;
    std::string host;  ///< that `where` is an address of
    bool encrypted = false;

    bool operator==(const upstream_target&) const = default;
};

/// Which upstream a session uses, by what a CancelRequest for it will say. Shared by all threads.
class cancel_registry {
public:
    std::optional<upstream_target> find(const cancel_key& key) const {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(key);
        if (found == entries_.end()) return std::nullopt;
        return found->second;
    }

    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return entries_.size();
    }

private:
    friend class cancel_registration;
    using entries = std::multimap<cancel_key, upstream_target>;

    entries::iterator add(const cancel_key& key, const upstream_target& upstream) {
        const std::lock_guard lock(mutex_);
        return entries_.emplace(key, upstream);
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
    cancel_registration(cancel_registry& registry, const cancel_key& key, const upstream_target& upstream)
        : registry_(registry), entry_(registry.add(key, upstream)) {}
    cancel_registration(const cancel_registration&) = delete;
    cancel_registration& operator=(const cancel_registration&) = delete;
    ~cancel_registration() { registry_.remove(entry_); }

private:
    cancel_registry& registry_;
    cancel_registry::entries::iterator entry_;
};

}  // namespace pgsidecar::net
