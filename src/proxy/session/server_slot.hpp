#pragma once

#include "proxy/session/statement.hpp"

namespace pgsidecar {

/// The statement known to be in the unnamed slot of the link's server: as sent and as answered. Null: none,
/// or unknown.
struct server_slot {
    statement_ptr sent;
    statement_ptr answered;

    void forget() { sent = answered = nullptr; }
    void take_back_unanswered() { sent = answered; }
};

}  // namespace pgsidecar
