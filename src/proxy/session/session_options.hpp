#pragma once

#include <cstddef>

namespace pgsidecar {

struct session_options {
    /// Compare the row shape of a statement parsed again with the one that its client was told (0A000).
    bool check_result_shape = true;
    /// Bytes of a Parse or Query that are read as a whole. A longer Parse passes in pieces, and its text is
    /// not kept: it can be used as long as its server is ours. A longer Query passes unread.
    std::size_t max_statement_size = std::size_t{16} << 20;
    /// Statements that a client may hold under names, by either protocol; one more fails (53400).
    std::size_t max_statements = 10'000;
};

}  // namespace pgsidecar
