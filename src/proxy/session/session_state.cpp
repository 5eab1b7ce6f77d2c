#include <algorithm>
#include <charconv>
#include <utility>

#include "protocol/backend_messages.hpp"
#include "protocol/frontend_messages.hpp"
#include "proxy/session/session.hpp"

/// Statements that change what a session has besides its statements: settings, what it listens to.
namespace pgsidecar {
namespace {

constexpr error_message not_heard_warning{
    .severity = "WARNING",
    .sqlstate = "01000",
    .message = "notifications do not reach this client reliably",
    .hint =
        "A transaction pooler lends another server for each transaction, and LISTEN stays on the one that "
        "ran it. Listen on a connection to PostgreSQL itself or to a session pooler."};

}  // namespace

/// What the statement of an EXECUTE does, if it does anything to the state.
state_use session::resolved(state_use use) const {
    if (use.verb != state_verb::execute) return use;
    const statement_ptr& s = statements_.find(use.name);
    const std::vector<state_use>* const inner = s && s->text ? &s->text->facts().state : nullptr;
    state_use out = inner && inner->size() == 1 && inner->front().verb != state_verb::execute ? inner->front()
                                                                                              : state_use{};
    out.end = use.end;
    return out;
}

/// The Query itself. Behind a statement of it that resets something stands what the client's own session
/// would go back to.
session::progress session::send_query(const frame& f, byte_view text, sql_facts facts) {
    const std::vector<state_use>& statements = facts.state;
    const bool changes = settings_.are_kept() && !statements.empty();
    if (!changes && !facts.uses) return forward(f, request::query);
    auto plan = std::make_shared<query_plan>();
    plan->set_uses(std::move(facts.uses));
    std::string sent;
    std::size_t taken = 0;
    if (changes)
        for (const state_use& written : statements) {
            const state_use use = resolved(written);
            const bool alone = statements.size() == 1 && !link_->current().is_open() && link_->is_idle();
            plan->add(use);
            if (use.verb == state_verb::discard_all && !alone) continue;  // it fails
            if (use.local && alone) continue;                             // it does nothing
            const auto ours = settings_.behind(
                use, {.is_last = &written == &statements.back(), .may_wait = !link_->current().is_open()});
            if (ours.empty()) continue;
            if (use.verb == state_verb::discard_all) {
                discard_alone(text, use, ours);
                return progress::done;
            }
            sent.append(text, taken, use.end - taken);
            taken = use.end;
            add_to_query(*plan, ours, text, taken, sent);
        }
    expected_reply& r = plan->has_ours()
                            ? link_->send_query(sent.append(text.substr(taken)), disposition::forward)
                            : link_->forward(f, request::query);
    r.note.plan = std::move(plan);
    return progress::done;
}

void session::add_to_query(query_plan& plan, const std::vector<std::string>& ours, byte_view text,
                           std::size_t at, std::string& sent) const {
    std::string added;
    for (const std::string& sql : ours) added.append("; ").append(sql);
    plan.add_ours(ours.size(), reading_.characters_of(text.substr(0, at)), reading_.characters_of(added));
    sent.append(added);
}

/// DISCARD ALL refuses to stand in a string with anything else.
void session::discard_alone(byte_view text, const state_use& use, const std::vector<std::string>& ours) {
    expected_reply& execute = link_->send_as_execute(text);
    execute.note.table = table_change::oldest;
    execute.note.plan = std::make_shared<query_plan>(use);
    statements_.sent({table_effect::kind::erase_all, "", nullptr});
    link_->lasts();
    for (const std::string& sql : ours) link_->run(sql);
    link_->send_sync(disposition::forward);
}

/// Behind an Execute that has been sent.
void session::follow_execute(expected_reply& r, byte_view portal) {
    const state_use* const written = settings_.use_of(portal);
    if (!written) return;
    const state_use use = resolved(*written);
    r.note.plan = std::make_shared<query_plan>(use);
    if (link_->in_failed_block()) return;
    for (const std::string& sql : settings_.behind(use, {})) link_->run(sql);
}

/// With the position that the client's own text has; false if it is the same.
bool session::show_moved(const expected_reply& head, const frame& f) {
    if (!head.note.plan || !head.note.plan->has_ours()) return false;
    const byte_view told = error_field_value(f.body(), error_field::position);
    std::size_t position = 0;
    if (std::from_chars(told.data(), told.data() + told.size(), position).ec != std::errc()) return false;
    const std::string moved = std::to_string(head.note.plan->position_of_client(position));
    answers_.show_moved(static_cast<backend>(f.type), f.body(), moved);
    return true;
}

/// At the end of a segment of the client's. True: one of ours comes first, and its ReadyForQuery takes the
/// place.
bool session::mend_start_up(disposition how) {
    if (settings_.takes_warning()) answers_.show_notice(not_heard_warning);
    if (answers_.is_muted() || leaving_ != leave_step::none) return false;
    const auto ours = settings_.at_ready(!link_->in_failed_block());
    for (const std::string& sql : ours) link_->run(sql);
    if (!ours.empty()) {
        link_->send_sync(how);
        return true;
    }
    settings_.release([this](byte_view name, byte_view value) { answers_.show_parameter(name, value); });
    return false;
}

}  // namespace pgsidecar
