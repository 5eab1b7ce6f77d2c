#pragma once

#include "proxy/config/address.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace pgsidecar::config {

enum class log_level { trace, debug, info, warn, error, off };
enum class log_format { text, json };
enum class pooler_kind { pgbouncer_1_18, tracks_requests, direct };
enum class shape_check { strict, optimistic, off };
enum class unsupported_parameters { strip_harmless, strip, forward, reject };
enum class tls_mode { disable, allow, prefer, require, verify_ca, verify_full };
enum class client_tls_mode { disable, allow, require };
enum class client_certificate { none, verify_ca, verify_full };
enum class tls_negotiation { postgres, direct };
enum class tls_version { v1_2, v1_3 };
enum class auth_mode { pass_through, trust, scram_sha_256 };
enum class proxy_protocol { off, v2 };

// As many workers as this process may use processor cores.
inline constexpr unsigned auto_workers = 0;

struct upstream_settings {
    // The pooler, tried in this order; every client connection gets one connection to one of them; at least
    // one, default 127.0.0.1:6543.
    std::vector<address> addresses = {address::tcp("127.0.0.1", 6543)};
    // postgresql:// URL or DSN; secret. Gives what no other key does; default empty.
    std::string url;
    // How long looking a name up, and connecting to each endpoint, may take; 1 ms to 24 h, default 5 s.
    std::chrono::milliseconds connect_timeout = std::chrono::seconds{5};
    // Rounds over all addresses before a client is refused, at least; 1 to 10, default 3.
    unsigned connect_attempts = 3;
    // How long a client waits for an upstream that is away, such as a pooler that restarts; 0 to 24 h,
    // default 2 s: pg_isready waits 3.
    std::chrono::milliseconds connect_patience = std::chrono::seconds{2};
    // Whether it understands protocol 3.2 and _pq_. options (pgBouncer 1.18 does not); default no:
    // NegotiateProtocolVersion is answered here and the upstream sees protocol 3.0.
    bool negotiates_protocol = false;
    // How it lends its servers; default: as pgBouncer 1.18.
    config::pooler_kind pooler = config::pooler_kind::pgbouncer_1_18;
    // Whether it is told the client's address in front of everything else; default off.
    config::proxy_protocol proxy_protocol = config::proxy_protocol::off;
    // What pgsidecar logs in with unless authentication passes through; empty: what the client says.
    std::string user;
    std::string database;
    // Secret; from here or from a file that is read again when it changes; default empty.
    std::string password;
    std::string password_file;

    bool operator==(const upstream_settings&) const = default;
};

// Paths name PEM files, read again when they change.
struct upstream_tls_settings {
    // With libpq's meanings; never used on a Unix socket; default prefer.
    tls_mode mode = tls_mode::prefer;
    // Whether TLS is asked for with an SSLRequest or begins at once (PostgreSQL 17); default postgres.
    tls_negotiation negotiation = tls_negotiation::postgres;
    // Authorities that may have signed the upstream's certificate: a path, or "system"; default empty.
    std::string root_certificate;
    // The certificate that is shown to the upstream, and its key; default empty.
    std::string certificate;
    std::string key;
    // Name sent as SNI and looked for in the certificate; default empty: the host of the address.
    std::string server_name;
    // Oldest version that is spoken; default 1.2.
    tls_version minimum_version = tls_version::v1_2;

    bool operator==(const upstream_tls_settings&) const = default;
};

struct certificate_user {
    std::string common_name;
    std::string user;

    bool operator==(const certificate_user&) const = default;
};

// Paths name PEM files, read again when they change.
struct client_tls_settings {
    // Whether clients may or must encrypt; default disable.
    client_tls_mode mode = client_tls_mode::disable;
    // The certificate that is shown to clients, with those between it and its root, and its key; default
    // empty.
    std::string certificate;
    std::string key;
    // Authorities that may have signed a client's certificate; default empty.
    std::string client_ca;
    // Whether a client has to show one, and whether it says who the client is; default none.
    config::client_certificate client_certificate = config::client_certificate::none;
    // Further users that a common name may log in as; default empty: its own alone.
    std::vector<certificate_user> user_map;
    // Oldest version that is spoken; default 1.2.
    tls_version minimum_version = tls_version::v1_2;

    bool operator==(const client_tls_settings&) const = default;
};

struct auth_settings {
    // Who asks the client for its password: the upstream, nobody (local clients only), or pgsidecar; default
    // pass_through.
    auth_mode mode = auth_mode::pass_through;
    // Users and their secrets, in the format of pgBouncer's auth_file; default empty.
    std::string users_file;

    bool operator==(const auth_settings&) const = default;
};

struct admin_settings {
    // Where the admin interface listens; default nowhere.
    std::vector<address> listen;
    // Where /metrics, /healthz and /readyz alone are served; default nowhere.
    std::vector<address> metrics_listen;
    // Secret that a caller from elsewhere has to show; from here or from a file; default empty.
    std::string token;
    std::string token_file;
    // Whether /statements shows texts; default no.
    bool show_sql = false;

    bool operator==(const admin_settings&) const = default;
};

/// As long as the keepalive takes to give a silent peer up; no limit without it.
inline constexpr std::chrono::milliseconds auto_user_timeout{-1};

struct keepalive_settings {
    // Whether TCP connections on both sides are probed when idle; default yes.
    bool enabled = true;
    // Silence before the first probe; 1 s to 32767 s (the kernel's limit), default 60 s.
    std::chrono::seconds idle{60};
    // Time between two probes; 1 s to 32767 s, default 15 s.
    std::chrono::seconds interval{15};
    // Unanswered probes after which the connection is given up; 1 to 127, default 4.
    unsigned count = 4;
    // How long bytes that were sent may stay unacknowledged (TCP_USER_TIMEOUT), 0 for as long as the kernel
    // tries; up to 24 h or auto_user_timeout, default that.
    std::chrono::milliseconds user_timeout = auto_user_timeout;

    bool operator==(const keepalive_settings&) const = default;
};

struct startup_parameter_settings {
    // What happens to a parameter of the StartupMessage that the upstream would refuse; default
    // strip-harmless.
    unsupported_parameters unsupported = unsupported_parameters::strip_harmless;
    // Parameters, in lower case, that the upstream takes besides user and database; default pgBouncer's own.
    std::vector<std::string> supported = {"client_encoding", "datestyle", "timezone",
                                          "standard_conforming_strings", "application_name"};

    bool operator==(const startup_parameter_settings&) const = default;
};

struct log_settings {
    // Least important level that is written; default info.
    log_level level = log_level::info;
    // Form of a line; default text.
    log_format format = log_format::text;

    bool operator==(const log_settings&) const = default;
};

struct settings {
    // Where clients connect; at least one, default 127.0.0.1:6432.
    std::vector<address> listen = {address::tcp("127.0.0.1", 6432)};
    // Whether clients come through a load balancer that sends their address first; default off.
    config::proxy_protocol proxy_protocol = config::proxy_protocol::off;
    client_tls_settings client_tls;
    auth_settings auth;
    upstream_settings upstream;
    upstream_tls_settings upstream_tls;
    // Threads that serve connections; 1 to 256 or auto_workers, default 1.
    unsigned workers = 1;
    // Client connections at a time, more get PostgreSQL's 53300; 1 to 100000, default 1000.
    std::size_t max_connections = 1000;
    // Connections at a time that have kept us waiting before they are logged in; 1 to 100000, default 500.
    std::size_t max_half_open = 500;
    // Cancel requests at a time; 1 to 100000, default 100.
    std::size_t max_cancel_requests = 100;
    // Prepared statements of one client, more get 53400; 1 to 1000000, default 10000.
    std::size_t max_statements = 10000;
    // Bytes that they may take, each with its text, more get 53400; 64 KiB to 1 TiB, default 64 MiB.
    std::size_t max_statement_memory = std::size_t{64} << 20;
    // Bytes that all texts of a worker may take, more get 53400; 64 KiB to 1 TiB, default 512 MiB.
    std::size_t max_worker_statement_memory = std::size_t{512} << 20;
    // How long a client may take from connecting to its first ReadyForQuery; 1 ms to 24 h, default 60 s.
    std::chrono::milliseconds login_timeout = std::chrono::seconds{60};
    // How long what a client that leaves has sent may take before it is cancelled, and then before it is cut;
    // 1 ms to 24 h, default 30 s.
    std::chrono::milliseconds leave_timeout = std::chrono::seconds{30};
    // How long sessions may take after SIGTERM to come to the end of a transaction; 0 to 24 h, default 15 s.
    std::chrono::milliseconds drain_timeout = std::chrono::seconds{15};
    // How long connections that are being ended may take before they are cut; 0 to 24 h, default 10 s.
    std::chrono::milliseconds shutdown_timeout = std::chrono::seconds{10};
    keepalive_settings tcp_keepalive;
    // Whether a result whose columns have changed since Parse is refused as PostgreSQL does (0A000); default
    // strict.
    shape_check result_shape_check = shape_check::strict;
    // Bytes of a message with a query text; a larger one passes but its text is not kept for later use; 1 KiB
    // to 1 GiB, default 16 MiB.
    std::size_t max_statement_size = std::size_t{16} << 20;
    startup_parameter_settings startup_parameters;
    admin_settings admin;
    log_settings log;

    bool operator==(const settings&) const = default;
};

}  // namespace pgsidecar::config
