#include "proxy/net/client_origin.hpp"

#include <netinet/in.h>
#include <sys/un.h>

#include <boost/asio/ip/address.hpp>
#include <cstring>

#include "proxy/net/endpoints.hpp"

namespace pgsidecar::net {

namespace {

/// With the NUL behind it.
constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;

/// PROXY header and socket alike have addresses in network order.
template <class Address>
endpoint tcp_endpoint(const proxied_end& end) {
    typename Address::bytes_type bytes;
    std::memcpy(bytes.data(), end.address.data(), bytes.size());
    return asio::ip::tcp::endpoint(Address(bytes), end.port);
}

endpoint endpoint_of(proxy_header::family of, const proxied_end& end) {
    switch (of) {
        case proxy_header::family::tcp4: return tcp_endpoint<asio::ip::address_v4>(end);
        case proxy_header::family::tcp6: return tcp_endpoint<asio::ip::address_v6>(end);
        case proxy_header::family::unix_socket:
            return asio::local::stream_protocol::endpoint(end.address.substr(0, longest_path));
        case proxy_header::family::unspecified: break;
    }
    return {};
}

proxy_header::family header_family(const endpoint& at) {
    switch (family_of(at)) {
        case AF_UNIX: return proxy_header::family::unix_socket;
        case AF_INET: return proxy_header::family::tcp4;
        case AF_INET6: return proxy_header::family::tcp6;
        default: return proxy_header::family::unspecified;
    }
}

/// Aliases the endpoint.
proxied_end end_of(const endpoint& at) {
    switch (family_of(at)) {
        case AF_UNIX: return {.address = unix_path_of(at)};
        case AF_INET: {
            const auto* in = reinterpret_cast<const sockaddr_in*>(at.data());
            return {.address = {reinterpret_cast<const char*>(&in->sin_addr), 4},
                    .port = ntohs(in->sin_port)};
        }
        case AF_INET6: {
            const auto* in = reinterpret_cast<const sockaddr_in6*>(at.data());
            return {.address = {reinterpret_cast<const char*>(&in->sin6_addr), 16},
                    .port = ntohs(in->sin6_port)};
        }
        default: return {};
    }
}

}  // namespace

void client_origin::tell(const proxy_header& header) {
    if (header.local) return;
    client_ = endpoint_of(header.of, header.source);
    told_own_ = endpoint_of(header.of, header.destination);
}

bool client_origin::is_tcp() const { return family_of(peer_) != AF_UNIX; }

bool client_origin::is_local() const { return net::is_local(peer_) && net::is_local(client_); }

std::string client_origin::to_string() const { return net::to_string(client_); }

void client_origin::compose_header(const stream_socket& accepted, std::string& out) const {
    error_code unknown;
    const endpoint own = told_own_ ? *told_own_ : accepted.local_endpoint(unknown);
    compose_proxy_header(out, {.local = false,
                               .of = header_family(client_),
                               .source = end_of(client_),
                               .destination = end_of(own)});
}

awaitable<> read_proxy_header(byte_stream& from, client_origin& origin, error_code& ec) {
    std::string header;
    while (!ec) {
        const auto read = pgsidecar::read_proxy_header(header);
        if (const auto* told = std::get_if<proxy_header>(&read)) {
            origin.tell(*told);
            co_return;
        }
        const auto* partial = std::get_if<partial_header>(&read);
        if (partial == nullptr) {
            ec = make_error_code(boost::system::errc::protocol_error);
            co_return;
        }
        const std::size_t held = header.size();
        header.resize(held + partial->missing);
        const std::size_t n = co_await from.read_some(std::span(header).subspan(held), ec);
        header.resize(held + n);
    }
}

}  // namespace pgsidecar::net
