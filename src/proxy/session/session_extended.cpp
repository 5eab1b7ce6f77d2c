#include <utility>

#include "protocol/backend_messages.hpp"
#include "protocol/frontend_messages.hpp"
#include "proxy/session/session.hpp"
#include "proxy/sql/first_look.hpp"

/// The client's messages of the extended query protocol (semantics §3 to §5).
namespace pgsidecar {
namespace {

/// A name that nothing creates: closing it is a CloseComplete in its place.
constexpr byte_view nothing_name = "psc_none";

/// A Parse that is too long to be read whole must show its name in this many bytes.
constexpr std::size_t max_parse_name_size = std::size_t{64} << 10;

constexpr error_message names_too_long{
    .severity = "FATAL", .sqlstate = "54000", .message = "name of a statement or portal is too long"};

}  // namespace

session::progress session::on_parse(const frame& f) {
    if (!wanted_whole(f)) return on_long_parse(f);
    if (attempt_ && attempt_->text) return place_and_parse(f, f.body().substr(0, f.body().find('\0')));
    ++statistics_.counters.parses;
    const auto p = read_parse(f.body());
    if (!p || !reading_.is_legal(p->statement) || !reading_.is_legal(p->query))
        return forward(f, request::parse);
    if (!p->statement.empty() && statements_.find(p->statement)) return parse_known(f, p->statement);
    if (!p->statement.empty())
        if (const replacement why = statements_.no_room_for_statement(p->query.size());
            why != replacement::none)
            return refuse_another_statement(f, why);

    query_text_ptr text = texts_.intern(p->query, p->parameter_types, reading_.sql());
    const auto& uses = text->facts().uses;
    if (uses && !uses->known) return refuse_unreadable(f, *uses);
    if (!uses || link_->in_failed_block()) return parse_statement(f, p->statement, text);
    this_attempt().text = std::move(text);
    return place_and_parse(f, p->statement);
}

/// It may wait between two names: the text is not read again.
session::progress session::place_and_parse(const frame& f, byte_view name) {
    const progress placed = before(*attempt_->text, step::parse);
    if (placed != progress::done) return placed;
    if (skipping_) return drop(f);
    return parse_statement(f, name, attempt_->text);
}

session::progress session::parse_statement(const frame& f, byte_view name, const query_text_ptr& text) {
    if (!name.empty()) keep_birth();
    expected_reply& r = name.empty()
                            ? link_->forward(f, request::parse)
                            : link_->send_parse({}, text->sql, text->parameter_types, disposition::forward);
    begin_statement(r, name, std::make_shared<statement>(text));
    return progress::done;
}

/// The text is not kept: the statement serves as long as it is resident. It names no other, or fails.
session::progress session::on_long_parse(const frame& f) {
    const byte_view body = f.body();
    const std::size_t name_size = body.substr(0, max_parse_name_size).find('\0');
    if (name_size == byte_view::npos) {
        if (body.size() >= max_parse_name_size) return refuse(names_too_long);
        return progress::more;
    }
    ++statistics_.counters.parses;
    const byte_view name = body.substr(0, name_size);
    if (!name.empty() && statements_.find(name)) return parse_known(f, name);
    if (!name.empty())
        if (const replacement why = statements_.no_room_for_statement(0); why != replacement::none)
            return refuse_another_statement(f, why);
    if (!name.empty()) keep_birth();
    const std::size_t rest = f.body_size() - name_size - 1;
    expected_reply& r = link_->forward_rest(request::parse, rest,
                                            [&](std::string& out) { compose_parse_head(out, {}, rest); });
    begin_statement(r, name, std::make_shared<statement>(nullptr));
    watch_text();
    pass_watched(body.substr(name_size + 1));
    return progress::done;
}

/// The name is in use: the server says so itself, behind all that it says first (§5).
session::progress session::parse_known(const frame& f, byte_view name) {
    ++statistics_.counters.provoked_failures[provoked::e42p05];
    link_->free_name(name, true);
    return forward(f, request::parse);
}

/// `r`: of its Parse.
void session::begin_statement(expected_reply& r, byte_view name, const statement_ptr& s) {
    link_->place(r, {}, s);
    r.note.table = name.empty() ? table_change::unnamed_parse : table_change::oldest;
    statements_.sent({table_effect::kind::set, std::string(statement_key(name)), s});
    if (name.empty()) {
        statistics_.begins(*s);
        return;
    }
    statements_.owe_birth(s);
    ++statistics_.counters.rewritten_messages[rewritten::parse];
    statistics_.parses(s, name);
}

session::progress session::on_bind(const frame& f) {
    const auto b = read_bind(bind_head(f));
    if (!b && f.body_size() > bind_head(f).size()) return refuse(names_too_long);
    if (!b || !reading_.is_legal(b->portal) || !reading_.is_legal(b->statement))
        return forward(f, request::bind);
    const statement_ptr s = statements_.find(b->statement);
    if (!s) {  // 26000
        ++statistics_.counters.provoked_failures[provoked::e26000];
        link_->free_name(b->statement, false);
        return forward(f, request::bind);
    }
    if (!b->statement.empty()) {
        const auto count = s->parameter_count();
        if (!count && s->text && !link_->settled())
            return progress::wait;  // the text is too long: the server will tell
        if (skipping_) return drop(f);
        if (count && b->parameter_count != *count) {  // 08P01 quotes the name
            ++statistics_.counters.provoked_failures[provoked::e08p01];
            link_->free_name(b->statement, false);
            link_->send_parse(b->statement, {}, s->any_parameter_types(), disposition::swallow);
            return forward(f, request::bind);
        }
    }
    const auto resident = find_resident(b->statement, *s);
    if (link_->in_failed_block() && !resident &&
        !(s->text && s->text->facts().exits_block)) {  // 25P02 of Bind
        link_->place(link_->send_parse({}, {}, s->any_parameter_types(), disposition::swallow), {}, nullptr);
        return send_bind(f, *b, {}, s);
    }
    if (uses_of(*s)) {
        if (const replacement why = statements_.no_room_for_portal(); why != replacement::none)
            return refuse_another_statement(f, why);
        if (const progress placed = before(*s, step::bind); placed != progress::done) return placed;
    }
    if (skipping_) return drop(f);
    if (resident) {
        remember_portal(b->portal, s);
        return send_bind(f, *b, *resident, s);
    }
    if (const progress resolved = resolve_declared_types(s); resolved != progress::done) return resolved;
    if (skipping_) return drop(f);
    if (!s->text) return refuse_not_kept(f);
    if (may_be_guarded(f) && !f.whole()) return progress::more;
    remember_portal(b->portal, s);
    const server_place where = *make_resident(s).where;
    if (checks_shape(*s)) send_shape_check(where, s, disposition::swallow);
    return send_bind(f, *b, where, s, true);
}

/// Only the header is rewritten, and where it can be `guarded` the result formats.
session::progress session::send_bind(const frame& f, const bind_view& b, server_place where,
                                     const statement_ptr& s, bool guarded) {
    s->bound = true;
    session_statistics::calls(*s);
    statistics_.rewrites(rewritten::bind, b.statement);
    const auto guard = guarded ? guard_of(f, b, *s) : std::nullopt;
    expected_reply& r = guard
                            ? link_->forward_guarded_bind(f, b, where.name(), guard->formats, guard->columns)
                            : forward_bind(f, b, where);
    r.note.subject = s;
    r.note.guarded = guard.has_value();
    if (!b.portal.empty() && link_->awaits_verdict())
        r.note.portal = std::make_unique<const std::string>(b.portal);
    link_->binds(b.portal, effect_of_running(*s));
    return progress::done;
}

/// Without the statement's name.
expected_reply& session::forward_bind(const frame& f, const bind_view& b, server_place where) {
    if (b.statement.empty()) return link_->forward(f, request::bind);
    const std::size_t rest = f.body_size() - b.tail_at;
    expected_reply& r = link_->forward_rest(
        request::bind, rest, [&](std::string& out) { compose_bind_head(out, b.portal, where.name(), rest); });
    link_->pass(f.body().substr(b.tail_at));
    return r;
}

void session::remember_portal(byte_view portal, const statement_ptr& s) {
    settings_.binds(portal, *s);
    statements_.binds(portal, s);
}

session::progress session::on_describe(const frame& f) {
    const auto target = read_target(f.body());
    if (!target || !reading_.is_legal(target->name) || target->kind == target_kind::portal)
        return forward(f, request::describe_portal);
    const statement_ptr s = statements_.find(target->name);
    if (!s) {  // 26000
        ++statistics_.counters.provoked_failures[provoked::e26000];
        link_->free_name(target->name, false);
        return forward(f, request::describe_statement);
    }
    if (const progress placed = before(*s, step::describe); placed != progress::done) return placed;
    if (skipping_) return drop(f);
    if (const auto resident = find_resident(target->name, *s)) {
        statistics_.rewrites(rewritten::describe, target->name);
        send_describe(resident->name(), disposition::forward, purpose::birth, s);
        return progress::done;
    }
    if (link_->in_failed_block() && !s->birth && s->text && is_utility_without_rows(s->text->sql))
        s->birth = texts_.intern_birth(s->text->parameter_types, {});
    if (s->birth && !s->returns_rows()) {  // natively not analysed again, in a failed block neither
        statistics_.rewrites(rewritten::describe, target->name);
        statistics_.uses(*s);
        link_->place(link_->send_parse({}, {}, s->birth->parameter_types, disposition::swallow), {}, nullptr);
        send_describe({}, disposition::forward, purpose::none, nullptr);
        return progress::done;
    }
    if (const progress resolved = resolve_declared_types(s); resolved != progress::done) return resolved;
    if (skipping_) return drop(f);
    if (!s->text) return refuse_not_kept(f);
    statistics_.rewrites(rewritten::describe, target->name);
    expected_reply& parse = make_resident(s);
    if (link_->in_failed_block())
        parse.note.instead = replacement::describe_routine;
    else
        parse.note.birth_types_first = s->birth != nullptr;  // an error of this Parse comes behind t (D2)
    if (checks_shape(*s)) {  // its own answer is the check: natively t, then T or 0A000
        send_shape_check(*parse.where, s, disposition::forward);
    } else {
        send_describe(parse.where->name(), disposition::forward, purpose::birth, s);
    }
    return progress::done;
}

/// A longer text than is kept: the client's transaction fails as it would have at the server's own limits.
session::progress session::refuse_not_kept(const frame& f) {
    force_failure(replacement::text_not_kept);
    return drop(f);
}

/// The client has as many as it may; its transaction fails.
session::progress session::refuse_another_statement(const frame& f, replacement why) {
    keep_birth();
    force_failure(why);
    return drop(f);
}

/// It may name a statement that another client has left there; its transaction fails.
session::progress session::refuse_unreadable(const frame& f, const sql_uses& uses) {
    force_failure(why_unreadable(uses));
    return drop(f);
}

/// Portals are the server's own. A statement's place is not closed on the server: nothing of ours stands
/// there.
session::progress session::on_close(const frame& f) {
    const auto target = read_target(f.body());
    if (!target || !reading_.is_legal(target->name) || target->kind == target_kind::portal) {
        if (target) statements_.forget_portal(target->name);
        return forward(f, request::close);
    }
    close_statement(target->name);
    return progress::done;
}

void session::close_statement(byte_view name) {
    ++statistics_.counters.rewritten_messages[rewritten::close];
    link_->send_close(target_kind::statement, nothing_name, disposition::forward).note.table =
        table_change::oldest;
    statements_.sent({table_effect::kind::erase, std::string(statement_key(name)), nullptr});
}

session::progress session::on_execute(const frame& f) {
    keep_birth();  // not behind it: it may begin a copy
    const auto portal = read_execute_portal(f.body());
    const statement_ptr bound = portal ? statements_.bound_to(*portal) : nullptr;
    const statement_effect effect = portal ? link_->current().effect_of(*portal) : statement_effect::lasting;
    if (effect == statement_effect::lasting && link_->awaits_verdict()) return wait_for_verdict();
    if (effect == statement_effect::lasting) link_->forget_names();  // it may be a DO that deallocates all
    if (bound) {
        if (const replacement why = overfills(*uses_of(*bound)); why != replacement::none)
            return refuse_another_statement(f, why);
        if (const progress placed = before(*bound, step::execute); placed != progress::done) return placed;
        if (skipping_) return drop(f);
    }
    ++statistics_.counters.executes;
    expected_reply& r = link_->forward_execute(f, effect);
    if (bound) {
        r.note.table = table_change::oldest;
        statements_.sent(effect_of(uses_of(*bound)->list.front()));
    }
    if (portal) follow_execute(r, *portal);
    return progress::done;
}

/// With nothing un-synced in front of it PostgreSQL ignores it, and pgBouncer would lend a server for it
/// (B2).
session::progress session::on_flush(const frame& f) {
    if (f.body_size() > 0) return forward(f, request::malformed);
    if (may_end_at_flush()) {
        keep_birth();
        link_->send_sync(disposition::swallow);
    } else if (link_->current().is_open()) {
        link_->forward_flush(f);
    }
    return progress::done;
}

/// Outside a block a client that has only prepared keeps a server until its Sync, which asyncpg and
/// postgres.js send with the first execution: our Sync frees it, and serves as the client's (C5). Nothing is
/// lost but a text that is not kept.
bool session::may_end_at_flush() const {
    const statement_ptr& s = link_->standing().sent.unnamed();
    return link_->current().only_prepares() && link_->is_idle() && link_->pooler() != pooler_kind::direct &&
           !(s && !s->text);
}

session::progress session::on_sync(const frame& f) {
    if (f.body_size() > 0) {  // 08P01, and then the answer of any Sync
        if (!skipping_) keep_birth();
        skipping_ = false;
        return forward(f, request::sync);
    }
    if (skipping_) {  // the Sync that we sent has been its: §5
        skipping_ = false;
        answers_.show_ready(link_->status());
        return progress::done;
    }
    if (options_.result_shape == shape_check::strict && link_->awaits_verdict() && link_->would_last())
        return wait_for_verdict();
    // PostgreSQL 18: an implicit transaction that a Query has joined breaks at a lone Sync (§2).
    if (link_->is_after_query() && link_->status() == transaction_status::in_block &&
        !link_->current().is_open())
        link_->place(link_->send_parse({}, {}, {}, disposition::swallow), {}, nullptr);
    keep_birth();
    return forward(f, request::sync);
}

/// Between two transactions some messages need no server.
bool session::answers_locally(const frame& f) {
    if (skipping_ || !link_->is_idle()) return false;
    const auto type = static_cast<frontend>(f.type);
    if (type == frontend::close) {
        const auto target = read_target(f.body());
        return target && target->kind == target_kind::statement && reading_.is_legal(target->name) &&
               local_.takes_close(target->name);
    }
    if (type != frontend::sync || f.body_size() > 0) return false;
    answer_locally();
    answers_.show_ready(transaction_status::idle);
    return true;
}

void session::answer_locally() {
    statistics_.counters.rewritten_messages[rewritten::close] += local_.answer(answers_, statements_);
}

const sql_uses_ptr& session::uses_of(const statement& s) {
    static const sql_uses_ptr none;
    return s.text ? s.text->facts().uses : none;
}

}  // namespace pgsidecar
