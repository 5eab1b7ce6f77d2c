#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgsidecar::config {

// Where to listen or connect: a TCP host and port, or the path of a Unix socket.
struct address {
    enum class kind { tcp, unix_socket };

    kind type = kind::tcp;
    std::string host;        // TCP: a name, an IPv4 address or an IPv6 address without its brackets
    std::uint16_t port = 0;  // TCP
    std::string path;        // Unix socket: absolute

    static address tcp(std::string host, std::uint16_t port);
    static address unix_socket(std::string path);

    bool operator==(const address&) const = default;
};

// "host:port", "[IPv6]:port" or "unix:/absolute/path"; nothing if the text is none of them.
std::optional<address> parse_address(std::string_view text);
std::string to_string(const address& where);

// Reached from this machine only: a Unix socket, localhost or a literal loopback address.
bool is_local(const address& where);

}  // namespace pgsidecar::config
