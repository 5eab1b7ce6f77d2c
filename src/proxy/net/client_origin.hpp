#pragma once

#include <optional>
#include <string>

#include "protocol/proxy_header.hpp"
#include "proxy/net/asio.hpp"
#include "proxy/net/byte_stream.hpp"

namespace pgsidecar::net {

/// Where a client's connection comes from and where it goes to: what a load balancer has told, otherwise what
/// its socket has.
class client_origin {
public:
    /// `peer` as accepted, since a socket forgets it when the peer has gone.
    explicit client_origin(const endpoint& peer) : peer_(peer), client_(peer) {}

    /// What the balancer in front of the client says. `local` changes nothing.
    void tell(const proxy_header& header);

    bool is_tcp() const;

    /// From this machine: a loopback address or a Unix socket. Behind a balancer both it and the client that
    /// it tells of have to be, and a client that it cannot tell of is not.
    bool is_local() const;

    /// The client's address for people: "192.0.2.1:5432", "[::1]:5432", a path, "unix" or "unknown".
    std::string to_string() const;

    /// What the upstream is told of this client, who has come by `accepted`.
    void compose_header(const stream_socket& accepted, std::string& out) const;

private:
    endpoint peer_, client_;
    std::optional<endpoint> told_own_;  // what is told has the family AF_UNSPEC where nothing is known
};

/// Reads what a balancer has to say before anything else, and not a byte beyond. An error other than those of
/// reading, `protocol_error`: something else has come.
awaitable<> read_proxy_header(byte_stream& from, client_origin& origin, error_code& ec);

}  // namespace pgsidecar::net
