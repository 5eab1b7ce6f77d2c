#pragma once

#include "proxy/net/statistics.hpp"
#include "proxy/session/session.hpp"

namespace pgsidecar::net {

/// Measures a session from outside: looks at its state after each feeding. The caller reads the clock, once
/// for each.
class session_timing {
public:
    explicit session_timing(statistics& into) : into_(into) {}

    /// `asked`: something for the server has come of it.
    void on_client_fed(const session& s, bool asked, time_point now);

    /// `spoke`: something for the client has come of it.
    void on_server_fed(const session& s, bool spoke, time_point now);

    /// When the present state began.
    time_point since() const { return since_; }

private:
    using state = session::state;

    void update(const session& s, time_point now);
    void change_to(state next, time_point now);

    statistics& into_;
    state state_ = state::idle;
    time_point since_ = std::chrono::steady_clock::now();
    time_point transaction_began_;
    time_point server_lent_;
    time_point asked_;
    bool holds_server_ = false;
    bool awaits_first_byte_ = false;
};

}  // namespace pgsidecar::net
