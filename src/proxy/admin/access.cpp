#include "proxy/admin/access.hpp"

#include <boost/asio/ip/address.hpp>

#include "proxy/auth/secret_string.hpp"

namespace pgsidecar::admin {
namespace {

/// Host without its port.
std::string_view host_name(std::string_view host) {
    if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
    return host.substr(0, host.rfind(':'));
}

bool is_address(std::string_view name) {
    boost::system::error_code ec;
    boost::asio::ip::make_address(name, ec);
    return !ec;
}

bool shows(std::string_view authorization, std::string_view token) {
    constexpr std::string_view scheme = "Bearer ";
    return authorization.starts_with(scheme) &&
           auth::equal_in_constant_time(authorization.substr(scheme.size()), token);
}

}  // namespace

std::string_view refusal(const caller& who, std::string_view token) {
    if (!token.empty() && shows(who.authorization, token)) return {};
    if (!who.is_local) return token.empty() ? "only callers on loopback may" : "a token is needed";
    const std::string_view name = host_name(who.host);
    if (name != "localhost" && !is_address(name)) return "the Host has to be localhost or an IP address";
    return {};
}

bool is_cross_site(const caller& who) {
    if (!who.fetch_site.empty() && who.fetch_site != "same-origin" && who.fetch_site != "none") return true;
    return !who.origin.empty() && who.origin != "http://" + who.host;
}

}  // namespace pgsidecar::admin
