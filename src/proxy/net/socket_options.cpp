#include "proxy/net/socket_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace pgsidecar::net {

namespace {

/// A failure is not looked at: the peer may have gone, which reading will show.
void set(int descriptor, int level, int name, long value) {
    const int number = static_cast<int>(value);
    ::setsockopt(descriptor, level, name, &number, sizeof number);
}

}  // namespace

void set_options(int descriptor, const config::keepalive_settings& keepalive) {
    set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    set(descriptor, IPPROTO_TCP, TCP_INQ, 1);  // each read tells what is left
    set(descriptor, SOL_SOCKET, SO_KEEPALIVE, keepalive.enabled);
    if (!keepalive.enabled) return;
    set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, keepalive.idle.count());
    set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, keepalive.interval.count());
    set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, keepalive.count);
}

}  // namespace pgsidecar::net
