#include "protocol/field_reader.hpp"
#include "protocol/frontend_messages.hpp"
#include "proxy/session/session.hpp"

/// The check of the row shape (semantics §4). Everything is sent at once but what would make something last
/// before the verdict is known: the Sync outside a block, an Execute that is not a query's.
namespace pgsidecar {
namespace {

/// A longer Bind passes in pieces, unread.
constexpr std::size_t max_guarded_bind_size = std::size_t{16} << 10;

}  // namespace

bool session::may_be_guarded(const frame& bind) { return bind.size() <= max_guarded_bind_size; }

/// PostgreSQL never holds FETCH, MOVE and EXECUTE to their first shape. A statement whose first description
/// is still on its way may turn out to return rows.
bool session::checks_shape(const statement& s) const {
    return options_.result_shape != shape_check::off && !link_->in_failed_block() &&
           (s.returns_rows() || (s.described && !s.birth)) && !s.text->facts().shape_varies;
}

/// Where a commit will be held back the Flush stands behind it, not behind what the statement takes to run.
void session::send_shape_check(server_place where, const statement_ptr& s, disposition how) {
    send_describe(where.name(), how, purpose::shape_check, s);
    const bool strict = options_.result_shape == shape_check::strict;
    if (strict && how == disposition::swallow && link_->is_idle() &&
        s->text->effect() > statement_effect::none)
        link_->flush();
}

/// A Bind with one result-format code for each column where the client has sent none or one for all: if the
/// server's row has another number of columns it refuses the Bind before anything has run. Costs nothing, so
/// it is done in every mode.
std::optional<session::shape_guard> session::guard_of(const frame& f, const bind_view& b,
                                                      const statement& s) {
    if (!may_be_guarded(f) || !s.returns_rows() || s.text->facts().shape_varies) return std::nullopt;
    const std::uint16_t columns = field_reader(s.birth->shape).u16();
    const auto formats = read_result_formats(f.body(), b.tail_at);
    if (columns < 2 || !formats || formats->count > 1) return std::nullopt;
    return shape_guard{*formats, columns};
}

session::progress session::wait_for_verdict() {
    link_->hasten_verdict();
    return progress::wait;
}

/// The client is told so, as after any error. What stands behind has been sent already: it is not shown, and
/// the transaction fails (§4).
void session::on_shape_changed() {
    ++statistics_.counters.shape_mismatches;
    const expected_reply* const end = link_->next_boundary();
    answers_.show_instead(end && end->lasts ? replacement::outcome_unknown : replacement::shape_changed);
    statements_.take_back();
    note_undone_portals();
    if (end) {
        skipping_ = end->how == disposition::swallow;  // ours, in place of a Flush: the client's is to come
        return;
    }
    skipping_ = true;
    end_segment(server_link::debt::failure);
}

/// Of the segment that is discarded; they outlive it in a block only.
void session::note_undone_portals() {
    const expected_reply& head = link_->head();
    auto undone = std::make_unique<undone_portals>();
    if (head.kind == request::bind) undone->without_query = head.note.portal ? *head.note.portal : "";
    undone->skipped = link_->discard_to_boundary();
    if (undone->without_query) undone->skipped.erase(undone->skipped.begin());  // the head's own
    const bool in_block = link_->status() == transaction_status::in_block ||
                          link_->current().executed() == statement_effect::lasting;
    if (in_block) undone_portals_ = std::move(undone);
}

/// So that the failed block has the portals that it has natively. One that has failed by itself, and has
/// skipped them the first time, makes no portal any more.
void session::undo_portals(bool already_failed) {
    if (!undone_portals_) return;
    const undone_portals& undone = *undone_portals_;
    for (const std::string& portal : undone.to_close(already_failed))
        if (portal != undone.without_query) close_undone(portal);
    if (!undone.without_query || already_failed) return;
    close_undone(*undone.without_query);
    link_->send_parse({}, {}, {}, disposition::discard);
    link_->send_bind(*undone.without_query, {}, disposition::discard);
}

void session::close_undone(byte_view portal) {
    link_->send_close(target_kind::portal, portal, disposition::discard);
}

void session::fail_for_shape() {
    ++statistics_.counters.provoked_failures[provoked::e0a000];
    undo_portals(link_->in_failed_block());
    force_failure(replacement::none, disposition::discard).what = purpose::shape_failure;
}

/// What its Execute will do. The parse tree is looked at only where it can spare a wait.
statement_effect session::effect_of_running(const statement& s) const {
    if (!s.text) return statement_effect::lasting;
    const bool may_spare = link_->awaits_verdict() && link_->is_idle();
    return may_spare ? s.text->effect() : s.text->effect_at_most();
}

}  // namespace pgsidecar
