#pragma once

#include "proxy/link/server_link.hpp"
#include "proxy/net/peer_channel.hpp"

namespace pgsidecar::net {

/// One upstream connection, and what its server has been told and owes. It knows no client.
struct upstream : peer_channel {
    upstream(const executor& where, buffer_pool& buffers, std::size_t buffer_limit, pooler_kind pooler)
        : peer_channel(where, buffers, buffer_limit), link(pooler) {}

    server_link link;
};

}  // namespace pgsidecar::net
