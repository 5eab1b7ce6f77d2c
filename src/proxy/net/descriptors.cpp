#include "proxy/net/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <thread>

#include "proxy/net/log.hpp"

namespace pgsidecar::net {

namespace {

/// The standard ones, a few listeners, look-ups and files.
constexpr std::size_t of_the_process = 32;
/// An event loop's own, and a look-up.
constexpr std::size_t of_a_worker = 4;

std::size_t workers_of(const config::settings& by) {
    return by.workers == config::auto_workers ? std::thread::hardware_concurrency() : by.workers;
}

rlimit descriptor_limits() {
    rlimit limits{};
    if (::getrlimit(RLIMIT_NOFILE, &limits) != 0) limits = {.rlim_cur = 1024, .rlim_max = 1024};
    return limits;
}

}  // namespace

std::size_t most_half_open(const config::settings& by) {
    return std::max(by.max_half_open, by.max_connections);
}

std::size_t reserved_descriptors(const config::settings& by) {
    const std::size_t admin_addresses = by.admin.listen.size() + by.admin.metrics_listen.size();
    return of_the_process + of_a_worker * workers_of(by) + by.listen.size() +
           admin_addresses * (admin_clients_per_address + 1);
}

std::size_t wanted_descriptors(const config::settings& by) {
    return 2 * (by.max_connections + most_half_open(by) + by.max_cancel_requests) + reserved_descriptors(by);
}

/// A very low limit is shared: a quarter for the rest.
std::size_t clients_that_fit(std::size_t limit, std::size_t reserved) {
    return (limit - std::min(reserved, limit / 4)) / 2;
}

std::size_t descriptor_limit() { return descriptor_limits().rlim_cur; }

void raise_descriptor_limit(const config::settings& by) {
    rlimit limits = descriptor_limits();
    const std::size_t wanted = wanted_descriptors(by);
    if (limits.rlim_cur >= wanted) return;
    limits.rlim_cur = std::min<rlim_t>(wanted, limits.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limits);
    const std::size_t got = descriptor_limit();
    if (got >= wanted) return;
    log::event(log::level::warn, log::no_session,
               "the limit of open files is too low for max_connections: further clients wait to be accepted",
               {{"limit", got},
                {"needed", wanted},
                {"connections_that_fit", clients_that_fit(got, reserved_descriptors(by))}});
}

}  // namespace pgsidecar::net
