#include "proxy/net/socket_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "proxy/net/endpoints.hpp"

namespace pgsidecar::net {

namespace {

/// A failure is not looked at: the peer may have gone, which reading will show.
void set(stream_socket& socket, int level, int name, long value) {
    const int number = static_cast<int>(value);
    ::setsockopt(socket.native_handle(), level, name, &number, sizeof number);
}

}  // namespace

bool is_unix_socket(const stream_socket& socket) {
    error_code ec;
    return family_of(socket.local_endpoint(ec)) == AF_UNIX;
}

void set_options(stream_socket& socket, const config::keepalive_settings& keepalive) {
    if (is_unix_socket(socket)) return;
    set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    set(socket, IPPROTO_TCP, TCP_INQ, 1);  // each read tells what is left
    if (!keepalive.enabled) return;
    set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(socket, IPPROTO_TCP, TCP_KEEPIDLE, keepalive.idle.count());
    set(socket, IPPROTO_TCP, TCP_KEEPINTVL, keepalive.interval.count());
    set(socket, IPPROTO_TCP, TCP_KEEPCNT, keepalive.count);
}

}  // namespace pgsidecar::net
