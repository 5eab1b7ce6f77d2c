#include "proxy/net/endpoints.hpp"

#include <sys/un.h>

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstring>
#include <string>

namespace pgsidecar::net {

int family_of(const endpoint& at) { return at.protocol().family(); }

asio::ip::tcp::endpoint tcp_of(const endpoint& at) {
    asio::ip::tcp::endpoint tcp;
    tcp.resize(at.size());
    std::memcpy(tcp.data(), at.data(), at.size());
    return tcp;
}

std::string_view unix_path_of(const endpoint& at) {
    constexpr std::size_t path_at = offsetof(sockaddr_un, sun_path);
    if (at.size() <= path_at) return {};
    const auto* address = reinterpret_cast<const sockaddr_un*>(at.data());
    return {address->sun_path, ::strnlen(address->sun_path, at.size() - path_at)};
}

bool is_local(const endpoint& at) {
    switch (family_of(at)) {
        case AF_UNIX: return true;
        case AF_INET:
        case AF_INET6: return tcp_of(at).address().is_loopback();
        default: return false;
    }
}

std::string to_string(const endpoint& where) {
    switch (family_of(where)) {
        case AF_UNIX: {
            const std::string_view path = unix_path_of(where);
            return std::string(path.empty() ? "unix" : path);
        }
        case AF_INET: {
            const asio::ip::tcp::endpoint tcp = tcp_of(where);
            std::string text;  // inet_ntop would take ten times as long, and every client is logged
            for (const unsigned char byte : tcp.address().to_v4().to_bytes())
                text.append(std::to_string(byte)).append(1, '.');
            text.back() = ':';
            return text.append(std::to_string(tcp.port()));
        }
        case AF_INET6: {
            const asio::ip::tcp::endpoint tcp = tcp_of(where);
            return '[' + tcp.address().to_string() + "]:" + std::to_string(tcp.port());
        }
        default: return "unknown";
    }
}

}  // namespace pgsidecar::net
