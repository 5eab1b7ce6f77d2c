#pragma once

namespace pgsidecar {

/// What stands behind a link, and so whose the server is (semantics §1).
enum class pooler_kind {
    pgbouncer_1_18,   ///< gives the server away at a ReadyForQuery 'I', whatever else has been sent
    tracks_requests,  ///< only when all that has been sent is answered: pgBouncer from 1.22.1 on
    direct,           ///< PostgreSQL itself: the server stays ours
};

}  // namespace pgsidecar
