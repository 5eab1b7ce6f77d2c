#pragma once

#include <cstddef>

#include "proxy/config/settings.hpp"

namespace pgsidecar::net {

/// Clients of the admin interface that are served on one address at a time: a Prometheus, a kubelet and a few
/// people.
inline constexpr std::size_t admin_clients_per_address = 64;

/// Connections that wait for their client at a time, before it has logged in: max_half_open, and more for a
/// while where many log in at once.
std::size_t most_half_open(const config::settings& by);

/// Descriptors that are kept back for everything but clients: listeners, event loops, name look-ups, files
/// that are read again, and the admin interface, which has to answer when all others are in use.
std::size_t reserved_descriptors(const config::settings& by);

/// With which no limit of the configuration is cut short: two for each client and cancel request.
std::size_t wanted_descriptors(const config::settings& by);

/// Client connections for which `limit` descriptors are enough, whatever they are.
std::size_t clients_that_fit(std::size_t limit, std::size_t reserved);

/// The soft limit of this process (RLIMIT_NOFILE).
std::size_t descriptor_limit();

/// Raises it to what is wanted, as far as the hard limit goes; where that is not enough the log says how many
/// clients fit.
void raise_descriptor_limit(const config::settings& by);

}  // namespace pgsidecar::net
