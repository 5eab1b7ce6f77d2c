#pragma once

#include <cstdint>

namespace pgsidecar {

/// What can remain of a statement that should not have been executed (semantics §4), from least to most.
enum class statement_effect : std::uint8_t {
    none,     ///< it only reads: may be committed, and run again
    undone,   ///< by the end of its transaction, which it cannot bring about: queries, INSERT and the like
    lasting,  ///< ends transactions, or may: COMMIT, CALL, other utilities; or nobody knows
};

}  // namespace pgsidecar
