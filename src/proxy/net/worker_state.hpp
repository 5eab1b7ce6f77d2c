#pragma once

#include <functional>

#include "proxy/net/buffer_pool.hpp"
#include "proxy/net/cancel_registry.hpp"
#include "proxy/net/deadline.hpp"
#include "proxy/net/last_shared.hpp"
#include "proxy/net/pool_names.hpp"
#include "proxy/net/statistics.hpp"
#include "proxy/startup/startup_request.hpp"
#include "proxy/statements/text_pool.hpp"

namespace pgsidecar::net {

/// What the connections of one worker share; only its thread touches it.
struct worker_state {
    buffer_pool buffers;
    deadline_queue deadlines;
    statement_statistics usages;
    text_pool texts{&usages};
    pool_names names;
    last_shared<client_identity> clients;
    last_shared<upstream_target> upstreams;
    std::function<void(const cancel_key&)> cancel;  ///< sends a CancelRequest of ours
    statistics counts;  ///< of what is counted at once, and of connections that have ended
};

}  // namespace pgsidecar::net
