// What is told of a connection, for metrics and people.

#include "proxy/net/connection.hpp"

namespace pgsidecar::net {
namespace {

session_state state_of(const session* s) {
    if (!s) return session_state::idle;
    switch (s->at_work()) {
        case session::state::idle: return session_state::idle;
        case session::state::active: return session_state::active;
        case session::state::idle_in_transaction: return session_state::idle_in_transaction;
        case session::state::leaving: return session_state::leaving;
    }
    return session_state::leaving;
}

std::chrono::milliseconds since(time_point moment) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - moment);
}

}  // namespace

std::optional<session_state> connection::state() const {
    if (talk_.stage() == client_startup::stage::cancelling) return std::nullopt;
    if (!hears_client()) return session_state::leaving;
    return ready_ ? state_of(talk_.current_session()) : session_state::starting;
}

session_report connection::tell() const {
    const client_identity& client = talk_.client();
    const session* s = talk_.current_session();
    return {.id = id_,
            .peer = peer(),
            .user = client.user,
            .database = client.database,
            .application_name = client.application_name,
            .tls = client_.stream.tls() ? client_.stream.tls()->version() : "",
            .state = state().value_or(session_state::leaving),
            .connected = since(begin_),
            .in_state = since(ready_ ? timing_.since() : begin_),
            .statements = s ? s->statements().size() : 0,
            .counters = s ? s->counters() : session_counters{}};
}

void connection::add_to(summary& sum) const {
    add_to(sum.totals);
    if (const auto now = state()) ++sum.sessions[*now];
    if (const session* s = talk_.current_session()) sum.prepared_statements += s->statements().size();
}

void connection::add_to(statistics& counts) const {
    if (const session* s = talk_.current_session()) {
        counts.sessions += s->counters();
        counts.limits_hit[limit::max_statements] += s->counters().provoked_failures[provoked::e53400];
    }
    counts.from_client += client_.in.bytes_read();
    counts.to_client += client_.out.bytes_written();
    counts.from_upstream += upstream_.in.bytes_read();
    counts.to_upstream += upstream_.out.bytes_written();
}

void connection::count_end() {
    add_to(here_.counts);
    if (talk_.stage() == client_startup::stage::cancelling) return;
    const session* s = talk_.current_session();
    const bool broken = s && s->counters().protocol_violations > 0;
    ++here_.counts.endings[broken ? ending::protocol : departure_.who()];
    if (ready_) return;
    if (departure_.who() == ending::upstream) ++here_.counts.logins[login::failed];
}

}  // namespace pgsidecar::net
