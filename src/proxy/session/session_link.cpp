#include <algorithm>
#include <utility>

#include "protocol/backend_messages.hpp"
#include "protocol/frontend_messages.hpp"
#include "proxy/session/session.hpp"

/// What is sent to the server, each message with the reply that it will bring.
namespace pgsidecar {
namespace {

/// Executes nothing, and binds nothing that a later message could miss.
bool prepares(request kind) {
    return kind == request::parse || kind == request::describe_statement || kind == request::close;
}

}  // namespace

expected_reply& session::expect(request kind, disposition how, purpose what) {
    if (!open_) begin_segment();
    only_prepares_ = only_prepares_ && prepares(kind);
    open_ = unflushed_ = !is_boundary(kind);
    const bool overlaps = boundary_in_flight() && status_ == transaction_status::in_block;
    if (is_boundary(kind))
        overlappable_ = kind == request::sync && how == disposition::forward && can_be_overlapped();
    expected_reply& r = replies_.expect(kind, how, what);
    r.overlaps = overlaps;
    r.lasts = is_boundary(kind) && segment_lasts();
    r.sent_at = statistics_.now();
    return r;
}

void session::begin_segment() {
    only_prepares_ = true;
    executed_ = statement_effect::none;
    bound_.effect = statement_effect::lasting;  // of another segment
}

void session::set_place(expected_reply& r, server_place where, const statement_ptr& s) {
    r.changes_place = true;
    r.where = where;
    r.resident = s;
    residents_.put(where, s);
}

/// Forgetting costs a Parse, and is always right.
void session::forget_our_names() {
    if (!residents_.has_named()) return;  // nor are any on their way
    residents_.forget_named();
    replies_.forget_named_places();
}

/// The client's message as it is.
session::progress session::forward(const frame& f, request kind) {
    if (kind == request::execute) ++statistics_.counters.executes;
    expect(kind, disposition::forward);
    to_server_.borrow(f.raw);
    begin_passing(f, f.raw.size(), false);
    return progress::done;
}

/// What has not come yet of a message will pass, or be dropped, in pieces.
void session::begin_passing(const frame& f, std::size_t used, bool dropped) {
    client_rest_ = {f.size() - used, dropped};
}

expected_reply& session::send_parse(byte_view name, byte_view sql, byte_view types, disposition how) {
    to_server_.compose([&](std::string& out) { compose_parse(out, name, sql, types); });
    return expect(request::parse, how);
}

expected_reply& session::send_describe(byte_view name, disposition how, purpose what,
                                       const statement_ptr& s) {
    to_server_.compose([&](std::string& out) { compose_describe(out, target_kind::statement, name); });
    expected_reply& r = expect(request::describe_statement, how, what);
    r.subject = s;
    if (what == purpose::birth) s->described = true;
    return r;
}

expected_reply& session::send_close(byte_view name, disposition how) {
    to_server_.compose([&](std::string& out) { compose_close(out, target_kind::statement, name); });
    return expect(request::close, how);
}

/// Frees a name on the server, so that the client's own message meets no other client's statement (§5, §7).
/// With `then_empty` a statement stands there that cannot fail.
void session::close_name(byte_view name, bool then_empty) {
    expected_reply& closed = send_close(name, disposition::swallow);
    if (name.empty()) set_place(closed, {}, nullptr);
    if (server_place::is_name(name)) forget_our_names();
    if (then_empty) send_parse(name, {}, {}, disposition::swallow);
}

expected_reply& session::send_sync(disposition how) {
    to_server_.compose([](std::string& out) { compose_bare(out, frontend::sync); });
    return expect(request::sync, how);
}

/// A Sync of ours, in the middle of what the client sends: not before the message that is passing has passed.
void session::send_sync_now() {
    if (client_is_mid_message())
        owed_ = std::max(owed_, debt::sync);
    else
        send_own_sync();
}

/// The client sees its ReadyForQuery if it has sent the segment as a Query.
expected_reply& session::send_own_sync() {
    return send_sync(std::exchange(copy_query_, false) ? disposition::forward : disposition::swallow);
}

/// Everything that has been sent is answered, or the copy has begun. Sees to it that the answers come.
bool session::settled() {
    if (owed_ != debt::nothing) return false;
    if (replies_.empty() || copy_in_) return true;
    if (!replies_.ends_in_boundary() && unflushed_) flush();
    return false;
}

void session::flush() {
    to_server_.compose([](std::string& out) { compose_bare(out, frontend::flush); });
    unflushed_ = false;
    check_flushed_ = true;
}

}  // namespace pgsidecar
