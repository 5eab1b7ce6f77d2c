#include <algorithm>
#include <charconv>
#include <utility>

#include "protocol/backend_messages.hpp"
#include "protocol/field_reader.hpp"
#include "protocol/frontend_messages.hpp"
#include "proxy/session/session.hpp"

/// What a session has besides its statements, as far as a pooler's servers can be made to show it: what RESET
/// goes back to (session-state §3), and who is told of a notification (§9).
namespace pgsidecar {
namespace {

/// A portal whose statement changes the state is remembered until its Execute.
constexpr std::size_t max_state_portals = 64;
constexpr std::size_t max_state_portal_name = 256;

constexpr error_message not_heard_warning{
    .severity = "WARNING",
    .sqlstate = "01000",
    .message = "notifications do not reach this client reliably",
    .hint =
        "A transaction pooler lends another server for each transaction, and LISTEN stays on the one that "
        "ran "
        "it. Listen on a connection to PostgreSQL itself or to a session pooler."};

}  // namespace

/// Nothing of it concerns a server that stays the client's.
bool session::keeps_state() const { return link_->pooler() != pooler_kind::direct; }

/// What the statement of an EXECUTE does, if it does anything to the state.
state_use session::resolved(state_use use) const {
    if (use.verb != state_verb::execute) return use;
    const statement_ptr& s = table_.find(use.name);
    const auto inner =
        s && s->text ? read_state_uses(s->text->sql, s->text->reading) : std::vector<state_use>();
    state_use out =
        inner.size() == 1 && inner.front().verb != state_verb::execute ? inner.front() : state_use{};
    out.end = use.end;
    return out;
}

std::vector<std::string> session::behind(const state_use& use, bool is_last) {
    if (!use.resets() || start_up_.empty()) return {};
    return start_up_.behind({.name = use.verb == state_verb::reset ? byte_view(use.name) : byte_view{},
                             .local = use.local,
                             .is_last = is_last,
                             .may_wait = !link_->current().is_open()});
}

/// The Query itself. Behind a statement of it that resets something stands what the client's own session
/// would go back to.
session::progress session::send_query(const frame& f, byte_view text, sql_uses_ptr uses) {
    const auto statements = keeps_state() ? read_state_uses(text, reading_) : std::vector<state_use>();
    const bool changes =
        std::ranges::any_of(statements, [](const state_use& u) { return u.verb != state_verb::other; });
    if (!changes && !uses) return forward(f, request::query);
    auto plan = std::make_shared<query_plan>();
    plan->set_uses(std::move(uses));
    std::string sent;
    std::size_t taken = 0;
    if (changes)
        for (const state_use& written : statements) {
            const state_use use = resolved(written);
            const bool alone = statements.size() == 1 && !link_->current().is_open() && link_->is_idle();
            plan->add(use);
            if (use.verb == state_verb::discard_all && !alone) continue;  // it fails
            if (use.local && alone) continue;                             // it does nothing
            const auto ours = behind(use, &written == &statements.back());
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
    plan.add_ours(ours.size(), characters_of(text.substr(0, at)), characters_of(added));
    sent.append(added);
}

/// Encodings with several bytes to a character other than UTF-8 are counted in bytes.
std::size_t session::characters_of(byte_view text) const {
    if (!utf8_) return text.size();
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// DISCARD ALL refuses to stand in a string with anything else.
void session::discard_alone(byte_view text, const state_use& use, const std::vector<std::string>& ours) {
    expected_reply& execute = link_->send_as_execute(text);
    execute.note.table = table_change::oldest;
    execute.note.plan = std::make_shared<query_plan>(use);
    table_.send({table_effect::kind::erase_all, "", nullptr});
    link_->lasts();
    for (const std::string& sql : ours) link_->run(sql);
    link_->send_sync(disposition::forward);
}

void session::remember_state(byte_view portal, const statement& s) {
    const bool may = keeps_state() && s.text && s.text->facts().may_change_state;
    if (!may && state_portals_.empty()) return;
    const auto uses = may ? read_state_uses(s.text->sql, s.text->reading) : std::vector<state_use>();
    state_portals_.erase(std::string(portal));
    if (uses.size() == 1 && portal.size() <= max_state_portal_name &&
        state_portals_.size() < max_state_portals)
        state_portals_.emplace(portal, uses.front());
}

/// Behind an Execute that has been sent.
void session::follow_execute(std::optional<byte_view> portal) {
    if (state_portals_.empty() || !portal) return;
    const auto found = state_portals_.find(*portal);
    if (found == state_portals_.end()) return;
    const state_use use = resolved(found->second);
    link_->newest().note.plan = std::make_shared<query_plan>(use);
    if (link_->in_failed_block() || !use.resets() || start_up_.empty()) return;
    for (const std::string& sql : start_up_.behind(
             {.name = use.verb == state_verb::reset ? byte_view(use.name) : byte_view{}, .local = use.local}))
        link_->run(sql);
}

/// A statement of the client's is done.
void session::on_state_changed(const state_use& done) {
    switch (done.verb) {
        case state_verb::listen:
            channels_.add(done.name);
            owes_warning_ |= !std::exchange(has_listened_, true);
            break;
        case state_verb::unlisten: channels_.remove(done.name); break;
        case state_verb::unlisten_all: channels_.clear(); break;
        case state_verb::discard_all:
            channels_.clear();
            has_reset_ = has_discarded_ = true;
            break;
        case state_verb::reset:
        case state_verb::reset_all: has_reset_ = true; break;
        case state_verb::execute:
        case state_verb::other: break;
    }
}

/// A server may have been told to listen by anybody that it was lent to.
bool session::is_for_client(byte_view notification) const {
    if (!keeps_state()) return true;
    field_reader in(notification);
    in.u32();  // process ID
    return channels_.has(in.cstr());
}

/// What has been reset is rolled back, but DISCARD ALL, which commits at once.
void session::undo_reset() {
    has_reset_ = false;
    if (std::exchange(has_discarded_, false)) start_up_.lose();
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
    if (std::exchange(owes_warning_, false)) answers_.show_notice(not_heard_warning);
    if (start_up_.empty() || answers_.is_muted() || leaving_ != leave_step::none) return false;
    has_discarded_ = false;
    const auto ours = start_up_.at_ready(std::exchange(has_reset_, false) && !link_->in_failed_block());
    for (const std::string& sql : ours) link_->run(sql);
    if (!ours.empty()) {
        link_->send_sync(how);
        return true;
    }
    start_up_.release([this](byte_view name, byte_view value) { answers_.show_parameter(name, value); });
    return false;
}

}  // namespace pgsidecar
