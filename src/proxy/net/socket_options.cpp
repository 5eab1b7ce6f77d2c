#include "proxy/net/socket_options.hpp"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
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

int get(int descriptor, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    ::getsockopt(descriptor, IPPROTO_TCP, name, &value, &size);
    return value;
}

/// More of these would be answered by a peer that is there.
constexpr unsigned unanswered_probes = 3;

/// What was sent is acknowledged, the rest waits for the peer's window, and the peer says so when it is
/// asked.
bool only_does_not_read(int descriptor) {
    tcp_info told{};
    socklen_t size = sizeof told;
    int unsent = 0;
    return ::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &told, &size) == 0 && told.tcpi_unacked == 0 &&
           told.tcpi_probes < unanswered_probes && ::ioctl(descriptor, SIOCOUTQ, &unsent) == 0 && unsent > 0;
}

}  // namespace

std::chrono::milliseconds user_timeout(const config::keepalive_settings& from) {
    constexpr std::chrono::milliseconds longest{std::numeric_limits<int>::max()};
    std::chrono::milliseconds limit = from.user_timeout;
    if (limit == config::auto_user_timeout)
        limit = from.enabled ? from.idle + from.interval * from.count : std::chrono::milliseconds{0};
    return std::min(limit, longest);
}

void spare_slow_reader(int descriptor, const config::keepalive_settings& keepalive) {
    const long wanted = only_does_not_read(descriptor) ? 0 : user_timeout(keepalive).count();
    if (get(descriptor, TCP_USER_TIMEOUT) != wanted) set(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, wanted);
}

void set_options(int descriptor, const config::keepalive_settings& keepalive) {
    set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    set(descriptor, IPPROTO_TCP, TCP_INQ, 1);  // each read tells what is left
    set(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout(keepalive).count());
    set(descriptor, SOL_SOCKET, SO_KEEPALIVE, keepalive.enabled);
    if (!keepalive.enabled) return;
    set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, keepalive.idle.count());
    set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, keepalive.interval.count());
    set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, keepalive.count);
}

}  // namespace pgsidecar::net
