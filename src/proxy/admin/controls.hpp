#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "proxy/config/load.hpp"
#include "proxy/net/report.hpp"

namespace pgsidecar::admin {

/// How the proxy as a whole is doing.
struct condition {
    bool draining = false;
    std::uint64_t reloads = 0, failed_reloads = 0;
    std::uint64_t log_lines_lost = 0;
    /// Seconds since 1970; nothing where no certificate is in use.
    std::optional<std::int64_t> client_certificate_expiry{}, upstream_certificate_expiry{};
};

/// What the admin interface asks of the proxy, all on the thread that it runs on.
struct controls {
    std::function<net::awaitable<net::report>(net::report_parts)> collect;
    /// Why the upstream cannot be reached; empty if it can.
    std::function<net::awaitable<std::string>()> upstream_problem;
    std::function<condition()> look;
    std::function<const config::loaded_settings&()> configuration;
    std::function<void()> drain;
    /// Why the new configuration is not taken; empty if it is.
    std::function<std::string()> reload;
};

}  // namespace pgsidecar::admin
