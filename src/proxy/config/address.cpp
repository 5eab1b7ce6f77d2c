#include "proxy/config/address.hpp"

#include "proxy/config/value.hpp"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <utility>

namespace pgsidecar::config {
namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::size_t max_unix_path = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::size_t max_host_name = 253;  // RFC 1035

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_char(char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_ip_address(int family, std::string_view text) {
    unsigned char binary[sizeof(in6_addr)];
    return inet_pton(family, std::string(text).c_str(), binary) == 1;
}

bool is_ipv6(std::string_view text) {
    const auto percent = text.find('%');  // fe80::1%eth0
    if (percent == text.npos) return is_ip_address(AF_INET6, text);
    const auto zone = text.substr(percent + 1);
    return !zone.empty() && std::ranges::all_of(zone, is_name_char) &&
           is_ip_address(AF_INET6, text.substr(0, percent));
}

bool is_host(std::string_view text) {
    if (text.empty() || text.size() > max_host_name || !std::ranges::all_of(text, is_name_char)) return false;
    if (!is_alphanumeric(text.front())) return false;
    const bool numeric = std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
    return !numeric || is_ip_address(AF_INET, text);
}

std::optional<address> parse_unix_socket(std::string_view path) {
    const bool usable = path.size() > 1 && path.size() <= max_unix_path && path.front() == '/' &&
                        path.back() != '/' && std::ranges::none_of(path, is_control);
    if (!usable) return std::nullopt;
    return address::unix_socket(std::string(path));
}

}  // namespace

address address::tcp(std::string host, std::uint16_t port) { return {kind::tcp, std::move(host), port, {}}; }

address address::unix_socket(std::string path) { return {kind::unix_socket, {}, 0, std::move(path)}; }

std::optional<address> parse_address(std::string_view text) {
    if (text.starts_with(unix_prefix)) return parse_unix_socket(text.substr(unix_prefix.size()));
    const auto colon = text.rfind(':');
    if (colon == text.npos) return std::nullopt;
    const auto port = parse_number(text.substr(colon + 1), 1, 65535);
    auto host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (!port || !(bracketed ? is_ipv6(host) : is_host(host))) return std::nullopt;
    return address::tcp(std::string(host), static_cast<std::uint16_t>(*port));
}

std::string to_string(const address& where) {
    if (where.type == address::kind::unix_socket) return std::string(unix_prefix) + where.path;
    const bool bracketed = where.host.find(':') != where.host.npos;
    return (bracketed ? '[' + where.host + ']' : where.host) + ':' + std::to_string(where.port);
}

bool is_local(const address& where) {
    return where.type == address::kind::unix_socket || where.host == "localhost" || where.host == "::1" ||
           (where.host.starts_with("127.") && is_ip_address(AF_INET, where.host));
}

}  // namespace pgsidecar::config
