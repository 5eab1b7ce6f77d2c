#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proxy/config/settings.hpp"
#include "proxy/net/asio.hpp"
#include "proxy/net/bounded_operation.hpp"
#include "proxy/net/upstream_health.hpp"

namespace pgsidecar::net {

/// Gets one connection to the upstream. Its addresses are tried in order, each name with every endpoint that
/// it stands for at that moment (nothing is cached here), those that have failed lately last; all of it
/// `connect_attempts` times and for `connect_patience` at least, with a pause between. Each look-up and each
/// connection may take `connect_timeout`.
///
/// As with libpq and HAProxy an upstream is reached when it has taken the connection: one that closes it
/// later does not make the next be tried.
class upstream_connector {
public:
    upstream_connector(const executor& where, deadline_queue& deadlines,
                       const config::upstream_settings& settings, upstream_health& health);
    upstream_connector(const upstream_connector&) = delete;
    upstream_connector& operator=(const upstream_connector&) = delete;

    /// What every connection begins with.
    void greet_with(std::string greeting) { greeting_ = std::move(greeting); }

    /// Closed where none could be had: see failures().
    awaitable<stream_socket> connect();

    /// Waits before another try; false if it is time to give up.
    awaitable<bool> pause();

    /// To that endpoint alone, once; closed as well where that fails.
    awaitable<stream_socket> connect_to(endpoint where);

    /// Ends what is being waited for, and tries nothing more.
    void abandon();

    /// The address that was tried last, which is the one that answered.
    const config::address& address() const { return *address_; }

    /// The endpoint that was tried last.
    const endpoint& reached() const { return endpoint_; }

    /// Why the last round has failed: "a:5432: Connection refused; b:5432: Connection timed out".
    const std::string& failures() const { return failures_; }

private:
    awaitable<stream_socket> try_all();
    awaitable<stream_socket> try_one(const config::address& of, endpoint where);
    awaitable<stream_socket> reach(endpoint where, error_code& ec);
    awaitable<std::vector<endpoint>> resolve(const config::address& of);
    awaitable<error_code> run(std::shared_ptr<bounded_operation> operation, std::chrono::milliseconds limit);
    void note(const endpoint& where, error_code result);
    void add_failure(const std::string& of, error_code why);

    const executor where_;
    deadline_queue& deadlines_;
    const config::upstream_settings& settings_;
    upstream_health& health_;
    std::string greeting_;
    const config::address* address_ = nullptr;
    endpoint endpoint_;
    std::string failures_;
    unsigned rounds_ = 0;
    time_point patient_until_{};  // from the first round on
    std::chrono::milliseconds pause_;
    std::shared_ptr<bounded_operation> running_;
    bool abandoned_ = false;
};

}  // namespace pgsidecar::net
