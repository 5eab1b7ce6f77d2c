#include "proxy/session/session_statistics.hpp"

#include <algorithm>

#include "protocol/names.hpp"

namespace pgsidecar {

void session_statistics::rewrites(rewritten what, byte_view statement_name) {
    if (!statement_name.empty()) ++counters.rewritten_messages[what];
}

void session_statistics::parses(const statement_ptr& s, byte_view name) {
    s->seen_in = this_transaction();
    if (!names_ || !s->text) return;
    const auto known = names_->parse(statement_key(name), s->text->sql, s->text->parameter_types);
    s->name = known.name;
    if (!known.parsed_before) return;
    ++counters.errors_avoided[avoided::duplicate_name];
    if (s->text->usage) ++s->text->usage->errors_avoided;
}

void session_statistics::uses(statement& s) {
    if (s.seen_in == this_transaction()) return;
    s.seen_in = this_transaction();
    const bool ambiguous = s.name && s.name->several;
    ++counters.errors_avoided[ambiguous ? avoided::wrong_statement : avoided::unknown_name];
    if (s.text && s.text->usage) ++s.text->usage->errors_avoided;
}

void session_statistics::calls(const statement& s) {
    if (s.text && s.text->usage) ++s.text->usage->calls;
}

void session_statistics::reparses(const statement& s) {
    ++counters.reparses;
    if (s.text->usage) ++s.text->usage->reparses;
}

void session_statistics::provokes(replacement why) {
    switch (why) {
        case replacement::none:
        case replacement::outcome_unknown:
        case replacement::failed_block:
        case replacement::describe_routine: break;
        case replacement::shape_changed:
            ++counters.shape_mismatches;
            ++counters.provoked_failures[provoked::e0a000];
            break;
        case replacement::names_not_read:
        case replacement::execute_after_exit: ++counters.provoked_failures[provoked::e0a000]; break;
        case replacement::text_not_kept:
        case replacement::query_too_long: ++counters.provoked_failures[provoked::e54000]; break;
        case replacement::nested_too_deep: ++counters.provoked_failures[provoked::e54001]; break;
        case replacement::too_much_memory:
        case replacement::too_many_statements: ++counters.provoked_failures[provoked::e53400]; break;
    }
}

/// A Bind of ours has no statement.
void session_statistics::begin_running(const statement_ptr& s) {
    running_ = s && s->text ? s->text->usage : nullptr;
}

void session_statistics::end_running(std::uint64_t sent_at, std::uint64_t now) {
    if (running_) running_->server_time += now - std::max(sent_at, answered_at_);
    answered_at_ = now;
}

}  // namespace pgsidecar
