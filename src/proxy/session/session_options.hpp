#pragma once

#include <cstddef>

#include "proxy/link/pooler_kind.hpp"

namespace pgsidecar {

/// Whether the row shape of a statement parsed again is compared with the one that its client was told
/// (0A000).
enum class shape_check {
    off,
    optimistic,  ///< nothing waits for it: a change that is seen too late is 40003
    strict,      ///< nothing that lasts is done before it is known
};

struct session_options {
    pooler_kind pooler = pooler_kind::pgbouncer_1_18;
    shape_check result_shape = shape_check::strict;
    /// Bytes of a Parse or Query that are read as a whole. A longer Parse passes in pieces, and its text is
    /// not kept: it can be used as long as its server is ours. A longer Query passes unread.
    std::size_t max_statement_size = std::size_t{16} << 20;
    /// Statements that a client may hold under names, by either protocol; one more fails (53400).
    std::size_t max_statements = 10'000;
    /// Bytes that these may take, each with its text, whoever has it as well; more fails (53400).
    std::size_t max_statement_memory = std::size_t{64} << 20;
    /// Bytes that the texts of all clients of a worker may take together; more fails (53400).
    std::size_t max_worker_statement_memory = std::size_t{512} << 20;
};

}  // namespace pgsidecar
