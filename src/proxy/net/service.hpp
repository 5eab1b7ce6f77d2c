#pragma once

#include <atomic>
#include <cstdint>

#include "proxy/config/settings.hpp"
#include "proxy/net/cancel_registry.hpp"
#include "proxy/net/cancel_turns.hpp"
#include "proxy/net/connection_limit.hpp"
#include "proxy/net/upstream_health.hpp"
#include "proxy/session/client_startup.hpp"
#include "proxy/session/session_options.hpp"

namespace pgsidecar::net {

/// What the connections of all workers share.
struct service {
    explicit service(const config::settings& from);

    const config::settings settings;
    const startup_options startup;
    const session_options session;
    /// Bytes of one peer that are held at most: the longest message that is looked at as a whole.
    const std::size_t buffer_limit;

    cancel_registry cancels;
    cancel_turns turns;  // of cancel requests
    connection_limit places;
    upstream_health upstreams;
    std::atomic<std::uint64_t> last_session_id{0};
};

}  // namespace pgsidecar::net
