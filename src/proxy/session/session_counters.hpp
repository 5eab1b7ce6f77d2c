#pragma once

#include <cstdint>

namespace pgsidecar {

/// What a session has done, for logs and metrics.
struct session_counters {
    std::uint64_t transactions = 0;  ///< ReadyForQuery with status 'I' after a segment that used a server
    std::uint64_t parses = 0;        ///< Parse messages of the client
    std::uint64_t reparses = 0;      ///< Parse messages of ours that made a statement resident again
    std::uint64_t queries = 0;       ///< Query messages of the client
    std::uint64_t provoked_failures = 0;  ///< 26000, 42P05, 08P01 and 0A000 that the server was led to
    std::uint64_t shape_mismatches = 0;   ///< statements whose row shape had changed
};

}  // namespace pgsidecar
