#include "proxy/link/server_link.hpp"

#include <algorithm>

namespace pgsidecar {
namespace {

/// A name that nothing creates: a Bind to it fails.
constexpr byte_view refused_name = "psc_refuse";

/// A name that nothing else has, so that the client's unnamed portal survives.
constexpr byte_view our_portal = "psc_p";

}  // namespace

/// In front of a message's first byte.
void server_link::begin() {
    assert(passing_ == 0);
    if (!segment_.is_open()) segment_.begin();
}

/// Behind its last one.
expected_reply& server_link::expect(request kind, disposition how, purpose what) {
    const bool overlaps = boundary_in_flight() && status_ == transaction_status::in_block;
    segment_.sends(kind);
    if (is_boundary(kind))
        overlappable_ = kind == request::sync && how == disposition::forward && can_be_overlapped();
    expected_reply& r = replies_.expect(kind, how, what);
    r.overlaps = overlaps;
    r.lasts = is_boundary(kind) && would_last();
    r.sent_at = now_;
    return r;
}

/// The segment that ends now.
bool server_link::can_be_overlapped() const {
    const bool link_stays =
        status_ == transaction_status::in_block || (is_idle() && pooler_ != pooler_kind::pgbouncer_1_18);
    return link_stays && segment_.executed() < statement_effect::lasting &&
           (!boundary_in_flight() || overlappable_);
}

/// In a block a Parse that fails leaves its place empty, and the Bind to it fails as it should; one that is
/// skipped leaves what stood there before, which may end the failed block. Outside a block the next segment
/// may meet another server than the one in flight, and what that one parses may fail without it. What is
/// being checked is checked once more: it stands where it may have another shape.
void server_link::begin_overlap() {
    if (!is_idle()) return replies_.forget_places_that_may_be_skipped(residents_.sent);
    if (pooler_ == pooler_kind::direct && !awaits_verdict()) return replies_.forget_places(residents_.sent);
    residents_.sent.forget();
    residents_.forget_displaced();
}

expected_reply& server_link::forward(const frame& f, request kind) {
    return forward_start(f, kind, f.raw.size());
}

expected_reply& server_link::forward_execute(const frame& f, statement_effect effect) {
    expected_reply& r = forward(f, request::execute);
    segment_.executes(effect);
    return r;
}

expected_reply& server_link::forward_start(const frame& f, request kind, std::size_t bytes) {
    begin();
    to_server_.borrow(f.raw.substr(0, bytes));
    passing_ = f.size() - bytes;
    return expect(kind, disposition::forward);
}

expected_reply& server_link::forward_guarded_bind(const frame& f, const bind_view& b, byte_view statement,
                                                  const result_formats_view& formats, std::uint16_t columns) {
    begin();
    const byte_view values = f.body().substr(b.tail_at, formats.at - b.tail_at);
    to_server_.compose([&](std::string& out) {
        compose_bind_head(out, b.portal, statement, values.size() + 2 + 2 * std::size_t{columns});
    });
    to_server_.borrow(values);
    to_server_.compose([&](std::string& out) { compose_result_formats(out, columns, formats.first); });
    return expect(request::bind, disposition::forward);
}

void server_link::forward_flush(const frame& f) {
    to_server_.borrow(f.raw);
    segment_.flush();
}

void server_link::forward_copy(const frame& f) {
    to_server_.borrow(f.raw);
    passing_ = f.size() - f.raw.size();
    if (static_cast<frontend>(f.type) == frontend::copy_data) return;
    copy_in_ = false;
    segment_.unflush();
}

std::size_t server_link::pass(byte_view in) {
    const byte_view piece = in.substr(0, passing_);
    to_server_.borrow(piece);
    passing_ -= piece.size();
    return piece.size();
}

void server_link::spoil(std::size_t bytes) {
    to_server_.compose([&](std::string& out) { out.append(bytes, '\0'); });
    passing_ -= bytes;
}

expected_reply& server_link::send_parse(byte_view name, byte_view sql, byte_view types, disposition how,
                                        purpose what) {
    return send(
        request::parse, how, [&](std::string& out) { compose_parse(out, name, sql, types); }, what);
}

expected_reply& server_link::send_describe(byte_view name, disposition how, purpose what) {
    if (what == purpose::shape_check) segment_.checks();
    return send(
        request::describe_statement, how,
        [&](std::string& out) { compose_describe(out, target_kind::statement, name); }, what);
}

expected_reply& server_link::send_bind(byte_view portal, byte_view statement, disposition how) {
    return send(request::bind, how, [&](std::string& out) { compose_bind(out, portal, statement); });
}

expected_reply& server_link::send_execute(byte_view portal, disposition how) {
    return send(request::execute, how, [&](std::string& out) { compose_execute(out, portal); });
}

expected_reply& server_link::send_close(target_kind target, byte_view name, disposition how) {
    return send(request::close, how, [&](std::string& out) { compose_close(out, target, name); });
}

expected_reply& server_link::send_query(byte_view sql, disposition how) {
    return send(request::query, how, [&](std::string& out) { compose_query(out, sql); });
}

expected_reply& server_link::send_sync(disposition how) {
    return send(request::sync, how, [](std::string& out) { compose_bare(out, frontend::sync); });
}

void server_link::send_copy_fail(byte_view why) {
    to_server_.compose([&](std::string& out) { compose_copy_fail(out, why); });
    copy_in_ = false;
}

void server_link::send_terminate() {
    to_server_.compose([](std::string& out) { compose_bare(out, frontend::terminate); });
}

expected_reply& server_link::send_failure(disposition how) {
    send_close(target_kind::statement, refused_name, how);
    return send_bind({}, refused_name, how);
}

expected_reply& server_link::send_as_execute(byte_view sql) {
    place(send_parse({}, sql, {}, disposition::swallow), {}, nullptr);
    send_bind({}, {}, disposition::swallow);
    return send_execute({}, disposition::forward);
}

void server_link::run(byte_view sql) {
    place(send_parse({}, sql, {}, disposition::swallow), {}, nullptr);
    send_bind(our_portal, {}, disposition::swallow);
    send_execute(our_portal, disposition::swallow);
    send_close(target_kind::portal, our_portal, disposition::swallow);
}

void server_link::free_name(byte_view name, bool then_empty) {
    expected_reply& closed = send_close(target_kind::statement, name, disposition::swallow);
    if (name.empty()) place(closed, {}, nullptr);
    if (server_place::is_name(name)) forget_names();
    if (then_empty) send_parse(name, {}, {}, disposition::swallow);
}

void server_link::place(expected_reply& r, server_place where, const statement_ptr& s) {
    r.where = where;
    r.resident = s;
    residents_.put(where, s);
}

/// Forgetting costs a Parse, and is always right.
void server_link::forget_names() {
    if (!residents_.has_named()) return;  // nor are any on their way
    residents_.forget_named();
    replies_.forget_named_places();
}

void server_link::flush() {
    to_server_.compose([](std::string& out) { compose_bare(out, frontend::flush); });
    segment_.flush();
}

bool server_link::settled() {
    if (owed_ != debt::nothing) return false;
    if (replies_.empty() || copy_in_) return true;
    if (!replies_.ends_in_boundary() && segment_.is_unflushed()) flush();
    return false;
}

/// If the shape has changed the answer of the Bind decides.
void server_link::hasten_verdict() {
    if (!segment_.check_is_flushed() || (replies_.head().shape_changed && segment_.is_unflushed())) flush();
}

/// To an Execute: see reply_queue::drop_eaten_syncs().
void server_link::on_copy_in_response() {
    copy_in_ = true;
    replies_.head().copies = expected_reply::copy::begun;
    if (replies_.head().kind != request::execute) return;
    replies_.drop_eaten_syncs();
    segment_.reopen();
}

bool server_link::on_error() {
    const expected_reply& head = replies_.head();
    const bool shape_changed = head.shape_changed;
    if (head.kind == request::parse && head.where) residents_.answered[*head.where] = nullptr;
    replies_.skip_to_sync();
    if (shape_changed) residents_.forget();  // where it stands now it would not be checked again
    if (segments_behind())
        residents_.sent.forget();
    else
        residents_.take_back_unanswered();
    overlappable_ = false;
    owed_ = std::min(owed_, debt::sync);  // the failure has come
    return replies_.empty();
}

void server_link::on_ready(transaction_status status, request kind) {
    status_ = status;
    aborted_ = status == transaction_status::failed;
    after_query_ = kind != request::sync;
    if (kind == request::query) copy_in_ = false;
    if (replies_.empty()) segment_.close();
    if (status != transaction_status::idle || pooler_ == pooler_kind::direct) return;
    residents_.answered.forget();   // the next segment may meet another server
    if (!replies_.empty()) return;  // what is sent belongs to a later segment: begin_overlap()
    residents_.forget();
    residents_.forget_displaced();
}

std::vector<std::string> server_link::discard_to_boundary() {
    overlappable_ = false;
    residents_.forget();
    return replies_.discard_to_boundary();
}

}  // namespace pgsidecar
