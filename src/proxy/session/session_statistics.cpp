#include <algorithm>

#include "proxy/session/session.hpp"

/// What is counted. Nothing that is said to either peer depends on it.
namespace pgsidecar {

session::state session::at_work() const {
    if (client_gone_ || muted_) return state::leaving;
    if (!replies_.empty() || open_ || skipping_) return state::active;
    return status_ == transaction_status::idle ? state::idle : state::idle_in_transaction;
}

/// Messages to the unnamed statement go as they are.
void session::count_rewritten(rewritten what, byte_view statement_name) {
    if (!statement_name.empty()) ++counters_.rewritten_messages[what];
}

/// The client parses a statement under a name that it does not have.
void session::count_name(const statement_ptr& s, byte_view name) {
    s->seen_in = this_transaction();
    if (!names_ || !s->text) return;
    const auto known = names_->parse(statement_key(name), s->text->sql, s->text->parameter_types);
    s->name = known.name;
    if (!known.parsed_before) return;
    ++counters_.errors_avoided[avoided::duplicate_name];
    if (s->text->usage) ++s->text->usage->errors_avoided;
}

/// Its first use in a transaction that has not parsed it: the pooler alone could have lent a server without
/// it.
void session::count_use(statement& s) {
    if (s.seen_in == this_transaction()) return;
    s.seen_in = this_transaction();
    const bool ambiguous = s.name && s.name->several;
    ++counters_.errors_avoided[ambiguous ? avoided::wrong_statement : avoided::unknown_name];
    if (s.text && s.text->usage) ++s.text->usage->errors_avoided;
}

void session::count_call(const statement& s) {
    if (s.text && s.text->usage) ++s.text->usage->calls;
}

void session::count_provoked(replacement why) {
    switch (why) {
        case replacement::none:
        case replacement::outcome_unknown:
        case replacement::failed_block:
        case replacement::describe_routine: break;
        case replacement::shape_changed:
            ++counters_.shape_mismatches;
            ++counters_.provoked_failures[provoked::e0a000];
            break;
        case replacement::names_not_read:
        case replacement::execute_after_exit: ++counters_.provoked_failures[provoked::e0a000]; break;
        case replacement::text_not_kept:
        case replacement::query_too_long: ++counters_.provoked_failures[provoked::e54000]; break;
        case replacement::nested_too_deep: ++counters_.provoked_failures[provoked::e54001]; break;
        case replacement::too_much_memory:
        case replacement::too_many_statements: ++counters_.provoked_failures[provoked::e53400]; break;
    }
}

/// The time of an Execute belongs to the statement that was bound last: from when it was sent, or the one
/// before it was answered.
void session::measure(const expected_reply& answered) {
    if (answered.kind == request::bind)  // one of ours has no subject
        running_ = answered.subject && answered.subject->text ? answered.subject->text->usage : nullptr;
    if (answered.kind != request::execute) return;
    if (running_) running_->server_time += now_ - std::max(answered.sent_at, answered_at_);
    answered_at_ = now_;
}

}  // namespace pgsidecar
