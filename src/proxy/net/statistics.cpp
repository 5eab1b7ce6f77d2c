#include "proxy/net/statistics.hpp"

namespace pgsidecar::net {

statistics& statistics::operator+=(const statistics& other) {
    connections += other.connections;
    logins += other.logins;
    endings += other.endings;
    upstream_connects += other.upstream_connects;
    tls_handshakes += other.tls_handshakes;
    cancel_requests += other.cancel_requests;
    limits_hit += other.limits_hit;
    sessions += other.sessions;
    from_client += other.from_client;
    to_client += other.to_client;
    from_upstream += other.from_upstream;
    to_upstream += other.to_upstream;
    first_byte += other.first_byte;
    transaction += other.transaction;
    server_held += other.server_held;
    idle_in_transaction += other.idle_in_transaction;
    upstream_connect += other.upstream_connect;
    return *this;
}

}  // namespace pgsidecar::net
