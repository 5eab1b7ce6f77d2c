#pragma once

#include <cstdint>

#include "proxy/session/tally.hpp"

namespace pgsidecar {

/// Messages of the client that reach the server in another form, or behind something put in front of them.
enum class rewritten : std::uint8_t {
    parse,     ///< under a name; the server gets it without
    bind,      ///< to a named statement; the server gets it without the name
    describe,  ///< of a named statement; the same
    execute,   ///< runs an SQL-level EXECUTE whose statement was put on the server in front of it
    close,     ///< of a statement; the server has nothing to close
};

/// Errors that the client was owed and that the server was led to, by what the client reads.
enum class provoked : std::uint8_t { e26000, e42p05, e08p01, e0a000, e53400, e54000, e54001 };

/// What could have happened to a client that the pooler alone had served (docs/metrics.md).
enum class avoided : std::uint8_t {
    duplicate_name,   ///< 42P05: it parses under a name that has been parsed before in this pool
    unknown_name,     ///< 26000: it uses a statement in a transaction that has not parsed it
    wrong_statement,  ///< the same, and in this pool the name stands for other statements as well
};

/// What a session has done, for logs and metrics.
struct session_counters {
    std::uint64_t transactions = 0;      ///< ReadyForQuery with status 'I' after a segment that used a server
    std::uint64_t parses = 0;            ///< Parse messages of the client
    std::uint64_t reparses = 0;          ///< Parse messages of ours that made a statement resident again
    std::uint64_t queries = 0;           ///< Query messages of the client
    std::uint64_t executes = 0;          ///< Execute messages of the client
    std::uint64_t shape_mismatches = 0;  ///< statements whose row shape had changed
    std::uint64_t protocol_violations = 0;  ///< of either peer; each ends its session
    tally<rewritten, 5> rewritten_messages;
    tally<provoked, 7> provoked_failures;
    tally<avoided, 3> errors_avoided;

    session_counters& operator+=(const session_counters& other) {
        transactions += other.transactions;
        parses += other.parses;
        reparses += other.reparses;
        queries += other.queries;
        executes += other.executes;
        shape_mismatches += other.shape_mismatches;
        protocol_violations += other.protocol_violations;
        rewritten_messages += other.rewritten_messages;
        provoked_failures += other.provoked_failures;
        errors_avoided += other.errors_avoided;
        return *this;
    }
};

}  // namespace pgsidecar
