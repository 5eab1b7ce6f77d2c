#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proxy/net/statistics.hpp"
#include "proxy/statements/statement_statistics.hpp"

namespace pgsidecar::net {

enum class session_state : std::uint8_t { starting, idle, active, idle_in_transaction, leaving };

/// One client connection, as it stands.
struct session_report {
    std::uint64_t id = 0;
    std::string peer{}, user{}, database{}, application_name{};
    std::string tls{};  ///< its version; empty: none
    session_state state = session_state::starting;
    std::chrono::milliseconds connected{};  ///< how long ago
    std::chrono::milliseconds in_state{};   ///< for how long
    std::size_t statements = 0;             ///< prepared
    session_counters counters{};
};

struct statement_report {
    std::uint64_t hash = 0;
    statement_usage usage;
};

/// Lists that are made only when they are asked for.
struct report_parts {
    bool sessions = false;
    bool statements = false;
};

/// The counts of one worker, or of all.
struct summary {
    statistics totals;
    tally<session_state, 5> sessions;
    std::size_t prepared_statements = 0;   ///< of the clients that are connected
    std::size_t statement_text_bytes = 0;  ///< of their texts, each once a worker

    summary& operator+=(const summary& other);
};

/// And the lists that were asked for.
struct report {
    summary counts;
    std::vector<session_report> sessions;
    std::vector<statement_report> statements;  ///< each text once
    std::vector<std::size_t> silent;           ///< workers that have not answered, by number from 1

    report& operator+=(report&& other);
};

}  // namespace pgsidecar::net
