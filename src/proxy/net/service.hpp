#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "proxy/net/cancel_registry.hpp"
#include "proxy/net/cancel_turns.hpp"
#include "proxy/net/connection_limit.hpp"
#include "proxy/net/scram_key_maker.hpp"
#include "proxy/net/snapshot.hpp"
#include "proxy/net/upstream_health.hpp"
#include "proxy/net/waiting_line.hpp"

namespace pgsidecar::net {

/// What the connections of all workers share.
class service {
public:
    explicit service(const config::settings& from) : current_(std::make_shared<const snapshot>(from)) {}

    std::shared_ptr<const snapshot> current() const {
        const std::lock_guard lock(mutex_);
        return current_;
    }

    /// For connections that begin from now on.
    void replace(std::shared_ptr<const snapshot> next) {
        const std::lock_guard lock(mutex_);
        std::swap(current_, next);
    }

    cancel_registry cancels;
    cancel_turns turns;  // of cancel requests
    connection_limit places;
    waiting_line half_open;                        // not logged in, and held up by the client
    waiting_line cancel_requests;                  // held up by their turn or the upstream
    std::atomic<std::size_t> open_connections{0};  // to clients, whatever they are
    upstream_health upstreams;
    scram_key_maker scram_keys;
    std::atomic<std::uint64_t> last_session_id{0};

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const snapshot> current_;
};

}  // namespace pgsidecar::net
