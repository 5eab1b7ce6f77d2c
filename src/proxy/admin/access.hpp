#pragma once

#include <string>
#include <string_view>

namespace pgsidecar::admin {

/// Who asks for what, as far as access depends on it. Headers that have not come are empty.
struct caller {
    bool is_local = false;        ///< comes from a loopback address or a Unix socket
    std::string host{};           ///< Host
    std::string origin{};         ///< Origin
    std::string fetch_site{};     ///< Sec-Fetch-Site
    std::string authorization{};  ///< Authorization
};

/// Why the caller may not see or do more than metrics and health; empty if it may. `token` may be empty: then
/// only local callers may.
///
/// A local caller shows no token, so a page in a browser on this machine could speak for it: the Host has to
/// be a name that nobody else's DNS can point here (against DNS rebinding).
std::string_view refusal(const caller& who, std::string_view token);

/// Whether a browser sends this for a page of another origin (against cross-site request forgery).
bool is_cross_site(const caller& who);

}  // namespace pgsidecar::admin
