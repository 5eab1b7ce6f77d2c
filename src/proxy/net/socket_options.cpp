#include "proxy/net/socket_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>

namespace pgsidecar::net {

namespace {

/// A failure is not looked at: the peer may have gone, which reading will show.
void set(int descriptor, int level, int name, long value) {
    const int number = static_cast<int>(value);
    ::setsockopt(descriptor, level, name, &number, sizeof number);
}

long user_timeout(const config::keepalive_settings& from) {
    std::chrono::milliseconds limit = from.user_timeout;
    if (limit == config::auto_user_timeout)
        limit = from.enabled ? from.idle + from.interval * from.count : std::chrono::milliseconds{0};
    return std::min<long>(limit.count(), std::numeric_limits<int>::max());
}

}  // namespace

void set_options(int descriptor, const config::keepalive_settings& keepalive) {
    set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    set(descriptor, IPPROTO_TCP, TCP_INQ, 1);  // each read tells what is left
    set(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout(keepalive));
    set(descriptor, SOL_SOCKET, SO_KEEPALIVE, keepalive.enabled);
    if (!keepalive.enabled) return;
    set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, keepalive.idle.count());
    set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, keepalive.interval.count());
    set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, keepalive.count);
}

}  // namespace pgsidecar::net
