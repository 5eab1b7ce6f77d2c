#pragma once

#include <stdexcept>
#include <string>

#include "proxy/check/inspection.hpp"

namespace pgsidecar::check {

/// What trials have to work with.
struct trial_ground {
    parameters to;
    const patience& waits;
    const facts& known;
    std::string own_name;      ///< of the scratch schema, if there is one
    bool may_write = false;    ///< there is
    bool own_sidecar = false;  ///< between, and not the address alone

    connection connect() const { return {to, waits}; }
    /// Without a sidecar a pooler may keep statements for whoever comes next.
    std::string statement(const std::string& what) const { return own_name + "_" + what; }
    std::string table(const std::string& name) const { return own_name + "." + name; }
};

struct outcome {
    std::string detail;
    std::string doubt = {};  ///< why this shows less than it should: makes it a warning
};

/// An answer that is not the one that PostgreSQL gives.
struct wrong_answer : std::runtime_error {
    using std::runtime_error::runtime_error;
};
void expect(const std::string& is, const std::string& wanted, const std::string& what);
/// Runs what has to fail so.
template <class Action>
void expect_failure(const std::string& sqlstate, const std::string& what, Action run) {
    try {
        run();
    } catch (const server_error& error) {
        if (error.sqlstate == sqlstate) return;
        throw;
    }
    throw wrong_answer(what + " succeeded, where PostgreSQL says " + sqlstate);
}

// Each throws server_error, timed_out or wrong_answer where pgsidecar, or what is behind it, does not do what
// an application expects.
outcome connects(const trial_ground& on);
outcome keeps_statements(const trial_ground& on);
outcome keeps_statements_in_pipelines(const trial_ground& on);
outcome recovers_from_errors(const trial_ground& on);
outcome migrates(const trial_ground& on);
outcome creates_reads_updates_deletes(const trial_ground& on);
outcome tells_changed_columns(const trial_ground& on);

}  // namespace pgsidecar::check
