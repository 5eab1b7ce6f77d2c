#pragma once

#include <string>

#include "proxy/check/connection.hpp"
#include "proxy/check/report.hpp"
#include "proxy/check/target.hpp"

namespace pgsidecar::check {

enum class pooling { none, session, transaction, statement };

/// What an address was found to be, as far as later questions go by it.
struct facts {
    std::string user, database;
    bool is_sidecar = false;  ///< a pgsidecar answers
    bool has_pooler = false;
    std::string pooler;  ///< its name and version, as far as known
    pooling mode = pooling::none;
    bool two_at_once = true;  ///< two transactions may be open at a time
    bool may_create = false;  ///< a schema
    std::chrono::microseconds round_trip{0};
};

/// An address that is being looked at, without a sidecar of ours.
struct inspection {
    const target& to;
    const patience& waits;
    report& out;
    facts known = {};

    connection connect() const { return {to.for_libpq, waits}; }
    connection connect(const std::string& keyword, const std::string& value) const;
};

/// Median of a few queries.
std::chrono::microseconds round_trip(connection& on);
/// "0.42 ms"
std::string milliseconds(std::chrono::microseconds time);

// Each adds a finding or two, and what it has learned to `known`. The first throws if there is no connection.
void look_at_server(inspection& at);
void look_at_tls(inspection& at);
void look_at_pooler(inspection& at);
void look_at_pool_mode(inspection& at);
void look_at_start_up(inspection& at);
void look_at_bare_statements(inspection& at);

}  // namespace pgsidecar::check
