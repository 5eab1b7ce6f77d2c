#include "proxy/net/socket_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <sstream>

namespace pgsidecar::net {

namespace {

/// A failure is not looked at: the peer may have gone, which reading will show.
void set(stream_socket& socket, int level, int name, long value) {
    const int number = static_cast<int>(value);
    ::setsockopt(socket.native_handle(), level, name, &number, sizeof number);
}

int family_of(stream_socket& socket) {
    error_code ec;
    return socket.local_endpoint(ec).protocol().family();
}

}  // namespace

void set_options(stream_socket& socket, const config::keepalive_settings& keepalive) {
    if (family_of(socket) == AF_UNIX) return;
    set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    if (!keepalive.enabled) return;
    set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(socket, IPPROTO_TCP, TCP_KEEPIDLE, keepalive.idle.count());
    set(socket, IPPROTO_TCP, TCP_KEEPINTVL, keepalive.interval.count());
    set(socket, IPPROTO_TCP, TCP_KEEPCNT, keepalive.count);
}

std::string to_string(const endpoint& where) {
    if (where.protocol().family() == AF_UNIX) {
        const auto* address = reinterpret_cast<const sockaddr_un*>(where.data());
        const std::size_t room = where.size() > offsetof(sockaddr_un, sun_path)
                                     ? where.size() - offsetof(sockaddr_un, sun_path)
                                     : 0;
        const std::string path(address->sun_path, ::strnlen(address->sun_path, room));
        return path.empty() ? "unix" : path;
    }
    asio::ip::tcp::endpoint tcp;
    tcp.resize(where.size());
    std::memcpy(tcp.data(), where.data(), where.size());
    std::ostringstream text;
    text << tcp;
    return text.str();
}

}  // namespace pgsidecar::net
