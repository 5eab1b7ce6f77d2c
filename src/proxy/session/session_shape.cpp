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
    return options_.result_shape != shape_check::off && !aborted_ &&
           (s.returns_rows() || (s.described && !s.birth)) && !s.text->facts().shape_varies;
}

/// Where a commit will be held back the Flush stands behind it, not behind what the statement takes to run.
void session::send_shape_check(server_place where, const statement_ptr& s, disposition how) {
    send_describe(where.name(), how, purpose::shape_check, s);
    check_flushed_ = false;
    const bool strict = options_.result_shape == shape_check::strict;
    if (strict && how == disposition::swallow && status_ == transaction_status::idle &&
        s->text->effect() > statement_effect::none)
        flush();
}

/// A Bind with one result-format code for each column where the client has sent none or one for all: if the
/// server's row has another number of columns it refuses the Bind before anything has run. Costs nothing, so
/// it is done in every mode.
bool session::compose_guarded_bind(const frame& f, const bind_view& b, server_place where,
                                   const statement& s) {
    if (!may_be_guarded(f) || !s.returns_rows() || s.text->facts().shape_varies) return false;
    const std::uint16_t columns = field_reader(s.birth->shape).u16();
    const auto formats = read_result_formats(f.body(), b.tail_at);
    if (columns < 2 || !formats || formats->count > 1) return false;
    const byte_view values = f.body().substr(b.tail_at, formats->at - b.tail_at);
    to_server_.compose([&](std::string& out) {
        compose_bind_head(out, b.portal, where.name(), values.size() + 2 + 2 * std::size_t{columns});
    });
    to_server_.borrow(values);
    to_server_.compose([&](std::string& out) { compose_result_formats(out, columns, formats->first); });
    return true;
}

/// A Sync would commit something.
bool session::segment_lasts() const {
    return executed_ >
           (status_ == transaction_status::idle ? statement_effect::none : statement_effect::undone);
}

session::progress session::wait_for_verdict() {
    if (!check_flushed_ || (replies_.head().shape_changed && unflushed_))
        flush();  // if changed, Bind's reply decides
    return progress::wait;
}

/// The client is told so, as after any error. What stands behind has been sent already: it is not shown, and
/// the transaction fails (§4).
void session::on_shape_changed() {
    ++statistics_.counters.shape_mismatches;
    const expected_reply* const end = replies_.boundary();
    answers_.show_instead(end && end->lasts ? replacement::outcome_unknown : replacement::shape_changed);
    table_.take_back_unanswered();
    owed_birth_ = nullptr;
    overlappable_ = false;
    note_undone_portals();
    residents_.forget();
    if (end) {
        skipping_ = end->how == disposition::swallow;  // ours, in place of a Flush: the client's is to come
        return;
    }
    skipping_ = true;
    fail_now();
}

/// Of the segment that is discarded; they outlive it in a block only.
void session::note_undone_portals() {
    const expected_reply& head = replies_.head();
    auto undone = std::make_unique<undone_portals>();
    if (head.kind == request::bind) undone->without_query = head.portal ? *head.portal : "";
    undone->skipped = replies_.discard_to_boundary();
    if (undone->without_query) undone->skipped.erase(undone->skipped.begin());  // the head's own
    const bool in_block = status_ == transaction_status::in_block || executed_ == statement_effect::lasting;
    if (in_block) undone_portals_ = std::move(undone);
}

/// So that the failed block has the portals that it has natively. One that has failed by itself, and has
/// skipped them the first time, makes no portal any more.
void session::undo_portals() {
    if (!undone_portals_) return;
    const undone_portals& undone = *undone_portals_;
    const auto close = [&](const std::string& portal) {
        to_server_.compose([&](std::string& out) { compose_close(out, target_kind::portal, portal); });
        expect(request::close, disposition::discard);
    };
    for (const std::string& portal : undone.skipped)
        if (portal != undone.without_query) close(portal);
    if (!undone.without_query || aborted_) return;
    close(*undone.without_query);
    send_parse({}, {}, {}, disposition::discard);
    to_server_.compose([&](std::string& out) { compose_bind(out, *undone.without_query, {}); });
    expect(request::bind, disposition::discard);
}

/// And the segment ends with it; both behind the message that is passing.
void session::fail_now() {
    if (client_is_mid_message()) {
        owed_ = debt::failure;
        return;
    }
    fail_for_shape();
    send_own_sync().fails_block = true;
}

void session::fail_for_shape() {
    ++statistics_.counters.provoked_failures[provoked::e0a000];
    undo_portals();
    force_failure(replacement::none, disposition::discard);
    replies_.back().ends_undoing = true;
}

/// What its Execute will do. The parse tree is looked at only where it can spare a wait.
statement_effect session::effect_of_running(const statement& s) const {
    if (!s.text) return statement_effect::lasting;
    const bool may_spare = awaits_verdict() && status_ == transaction_status::idle;
    return may_spare ? s.text->effect() : s.text->effect_at_most();
}

}  // namespace pgsidecar
