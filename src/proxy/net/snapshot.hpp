#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/config/settings.hpp"
#include "proxy/net/tls_context.hpp"
#include "proxy/session/session_options.hpp"
#include "proxy/startup/startup_options.hpp"

namespace pgsidecar::net {

/// A configuration and what its files hold. A connection keeps the one that it has begun with; a reload puts
/// another one in its place, whole or not at all.
struct snapshot {
    /// std::runtime_error, which names the key and the file, if a file cannot be used.
    explicit snapshot(const config::settings& from);

    const config::settings settings;
    const startup_options startup;
    const session_options session;
    /// Bytes of one peer that are held at most: the longest message that is looked at as a whole.
    const std::size_t buffer_limit;
    const std::optional<tls_context> client_tls;
    const std::optional<tls_context> upstream_tls;
};

/// The files that a snapshot has been made from, besides the configuration itself.
std::vector<std::string> files_of(const config::settings& from);

}  // namespace pgsidecar::net
