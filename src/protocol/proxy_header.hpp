#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "protocol/bytes.hpp"

/// What a load balancer says first on a connection that it passes on, to tell whose it is: version 2 of the
/// PROXY protocol (haproxy's proxy-protocol.txt, section 2.2).
///
///     | signature (12) | version, command (1) | family (1) | length (2) | addresses, TLVs |
namespace pgsidecar {

/// Longest that is taken, addresses and TLVs included; HAProxy itself takes what fits its buffer of that
/// size.
inline constexpr std::size_t proxy_header_limit = std::size_t{16} * 1024;

/// One end of the connection that is passed on.
struct proxied_end {
    /// 4 or 16 bytes in network order; of a Unix socket its path, empty where it has none.
    byte_view address = {};
    /// TCP.
    std::uint16_t port = 0;

    bool operator==(const proxied_end&) const = default;
};

struct proxy_header {
    enum class family { unspecified, tcp4, tcp6, unix_socket };

    /// The balancer connects on its own account, to check health: the connection's own ends count.
    bool local = false;
    /// Unspecified: the balancer does not say, or it is something else than a stream.
    family of = family::unspecified;
    proxied_end source = {}, destination = {};

    bool operator==(const proxy_header&) const = default;
};

/// Signature, version and command, family, length.
inline constexpr std::size_t proxy_header_start = 16;

/// So many bytes are to be read before the header is looked at again; what is behind them may be something
/// else.
struct partial_header {
    std::size_t missing = 0;
};

struct malformed_header {};

/// `in` is all that has been read, never more than was missing. What is no header is malformed from its first
/// wrong byte on, since another kind of client waits for an answer. TLVs are skipped. Views alias `in`.
std::variant<proxy_header, partial_header, malformed_header> read_proxy_header(byte_view in);

/// Addresses have the size of their family; of a longer path as much is sent as fits.
void compose_proxy_header(std::string& out, const proxy_header& header);

}  // namespace pgsidecar
