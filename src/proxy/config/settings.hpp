#pragma once

#include "proxy/config/address.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace pgsidecar::config {

enum class log_level { trace, debug, info, warn, error, off };
enum class log_format { text, json };
enum class shape_check { strict, off };
enum class unsupported_parameters { strip, forward, reject };

// As many workers as this process may use processor cores.
inline constexpr unsigned auto_workers = 0;

struct upstream_settings {
    // The pooler; every client connection gets one connection to it.
    config::address address = config::address::tcp("127.0.0.1", 6543);
    // How long connecting to it may take, names looked up included; 1 ms to 24 h, default 5 s.
    std::chrono::milliseconds connect_timeout = std::chrono::seconds{5};
    // Whether it understands protocol 3.2 and _pq_. options (pgBouncer 1.18 does not); default no:
    // NegotiateProtocolVersion is answered here and the upstream sees protocol 3.0.
    bool negotiates_protocol = false;

    bool operator==(const upstream_settings&) const = default;
};

struct keepalive_settings {
    // Whether TCP connections on both sides are probed when idle; default yes.
    bool enabled = true;
    // Silence before the first probe; 1 s to 32767 s (the kernel's limit), default 60 s.
    std::chrono::seconds idle{60};
    // Time between two probes; 1 s to 32767 s, default 15 s.
    std::chrono::seconds interval{15};
    // Unanswered probes after which the connection is given up; 1 to 127, default 4.
    unsigned count = 4;

    bool operator==(const keepalive_settings&) const = default;
};

struct startup_parameter_settings {
    // What happens to a parameter of the StartupMessage that the upstream would refuse; default strip.
    unsupported_parameters unsupported = unsupported_parameters::strip;
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
    upstream_settings upstream;
    // Threads that serve connections; 1 to 256 or auto_workers, default 1.
    unsigned workers = 1;
    // Client connections at a time, more get PostgreSQL's 53300; 1 to 100000, default 1000.
    std::size_t max_connections = 1000;
    // How long a client may take from connecting to its first ReadyForQuery; 1 ms to 24 h, default 60 s.
    std::chrono::milliseconds login_timeout = std::chrono::seconds{60};
    // How long the last answers owed to a client that leaves may take; 1 ms to 24 h, default 30 s.
    std::chrono::milliseconds leave_timeout = std::chrono::seconds{30};
    // How long connections may take to end after SIGTERM before they are cut; 0 to 24 h, default 10 s.
    std::chrono::milliseconds shutdown_timeout = std::chrono::seconds{10};
    keepalive_settings tcp_keepalive;
    // Whether a result whose columns have changed since Parse is refused as PostgreSQL does (0A000); default
    // strict.
    shape_check result_shape_check = shape_check::strict;
    // Bytes of a message with a query text; a larger one passes but its text is not kept for later use; 1 KiB
    // to 1 GiB, default 16 MiB.
    std::size_t max_statement_size = std::size_t{16} << 20;
    startup_parameter_settings startup_parameters;
    log_settings log;

    bool operator==(const settings&) const = default;
};

}  // namespace pgsidecar::config
