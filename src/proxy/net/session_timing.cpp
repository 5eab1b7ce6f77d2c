#include "proxy/net/session_timing.hpp"

namespace pgsidecar::net {

void session_timing::on_client_fed(const session& s, bool asked, time_point now) {
    if (asked && !awaits_first_byte_) {
        awaits_first_byte_ = true;
        asked_ = now;
    }
    update(s, now);
}

void session_timing::on_server_fed(const session& s, bool spoke, time_point now) {
    if (spoke && awaits_first_byte_) {
        awaits_first_byte_ = false;
        into_.first_byte.observe(now - asked_);
    }
    update(s, now);
}

void session_timing::update(const session& s, time_point now) {
    const bool holds_server = !s.idle();
    if (holds_server && !holds_server_) server_lent_ = now;
    if (!holds_server && holds_server_) into_.server_held.observe(now - server_lent_);
    holds_server_ = holds_server;
    if (const state next = s.at_work(); next != state_) change_to(next, now);
}

/// A transaction whose client leaves has no end that anybody saw.
void session_timing::change_to(state next, time_point now) {
    if (state_ == state::idle) transaction_began_ = now;
    if (state_ == state::idle_in_transaction) into_.idle_in_transaction.observe(now - since_);
    if (next == state::idle) {
        into_.transaction.observe(now - transaction_began_);
        awaits_first_byte_ = false;
    }
    state_ = next;
    since_ = now;
}

}  // namespace pgsidecar::net
