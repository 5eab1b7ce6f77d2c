#include "support/server_model.hpp"

#include <algorithm>
#include <utility>

#include "protocol/field_reader.hpp"
#include "protocol/frontend_messages.hpp"
#include "support/notation.hpp"

namespace pgsidecar::test {
namespace {

constexpr byte_view aborted_text =
    "current transaction is aborted, commands ignored until end of transaction block";

std::string key_of(byte_view name) { return std::string(name.substr(0, 63)); }

bool is_boundary(frontend type) {
    return type == frontend::sync || type == frontend::query || type == frontend::function_call;
}

bool is_copy_message(frontend type) {
    return type == frontend::copy_data || type == frontend::copy_done || type == frontend::copy_fail;
}

bool leaves_block(const sql_text& t) {
    return t.does == sql_text::kind::commit || t.does == sql_text::kind::rollback ||
           t.does == sql_text::kind::empty;
}

}  // namespace

catalog with_transactions(catalog more) {
    using kind = sql_text::kind;
    more.insert({{"", {.does = kind::empty}},
                 {";", {.does = kind::empty}},
                 {"BEGIN", {.does = kind::begin, .tag = "BEGIN"}},
                 {"BEGIN;", {.does = kind::begin, .tag = "BEGIN"}},
                 {"COMMIT", {.does = kind::commit, .tag = "COMMIT"}},
                 {"ROLLBACK", {.does = kind::rollback, .tag = "ROLLBACK"}},
                 {"ROLLBACK;", {.does = kind::rollback, .tag = "ROLLBACK"}}});
    return more;
}

void server_model::receive(byte_view bytes) {
    unread_.append(bytes);
    while (const auto f = peek_frame(unread_)) {
        if (!f->whole()) break;
        on_arrival(*f);
        inbox_.emplace_back(f->raw);
        unread_.erase(0, f->size());
    }
}

/// What a pooler in transaction mode cannot bear (semantics §1, §2, §6).
void server_model::on_arrival(const frame& f) {
    const auto type = static_cast<frontend>(f.type);
    const auto shown = [&] { return frontend_notation(f.raw).front(); };
    const bool copies = copy_ != copying::no || copy_failed_;
    if (given_away_ && !(copies && is_copy_message(type)))
        fault("sent to a server that has been given away: " + shown());
    if (is_copy_message(type) && !copies) fault("copy data outside a copy: " + shown());
    if (type == frontend::flush && !open_ && inbox_.empty())
        fault("Flush with nothing un-synced in front of it");
    if (type == frontend::terminate && (open_ || !inbox_.empty() || status_ != 'I'))
        fault("Terminate in a transaction");
}

std::optional<std::vector<std::string>> server_model::answer() {
    if (inbox_.empty() || terminated_) return std::nullopt;
    const std::string message = std::move(inbox_.front());
    inbox_.pop_front();
    process(*peek_frame(message));
    return std::exchange(out_, {});
}

void server_model::delivered(byte_view reply) {
    const auto type = static_cast<backend>(reply.front());
    if (type == backend::ready_for_query) given_away_ = false;
}

void server_model::change_server() {
    statements_.clear();
    known_names_.clear();
    portals_.clear();
    if (lending_ == lending::own) known_names_.insert("");
}

void server_model::process(const frame& f) {
    const auto type = static_cast<frontend>(f.type);
    if (copy_ != copying::no) return on_copy_message(f);
    if (is_copy_message(type)) return;
    if (skipping_ && type != frontend::sync) {
        if (is_boundary(type))
            fault("a boundary is skipped, and the pooler waits for its ReadyForQuery for ever");
        return;
    }
    copy_failed_ = false;
    open_ |= !is_boundary(type) && type != frontend::flush && type != frontend::terminate;
    switch (type) {
        case frontend::parse: return on_parse(f.body());
        case frontend::bind: return on_bind(f.body());
        case frontend::describe: return on_describe(f.body());
        case frontend::close: return on_close(f.body());
        case frontend::execute: return on_execute(f.body());
        case frontend::sync: return on_sync();
        case frontend::query: return on_query(f.body());
        case frontend::terminate: terminated_ = true; return;
        case frontend::flush: return;
        default: fault("unexpected: " + frontend_notation(f.raw).front());
    }
}

/// Blanks in front are those of a PREPARE, whose text keeps its positions.
const sql_text* server_model::find_text(byte_view sql) const {
    const std::size_t begin = sql.find_first_not_of(' ');
    const auto found = texts_.find(begin == byte_view::npos ? byte_view() : sql.substr(begin));
    return found == texts_.end() ? nullptr : &found->second;
}

columns server_model::shape_of(const sql_text& t) {
    if (t.does == sql_text::kind::execute) {
        const auto* named = find_statement(t.name);
        return named != nullptr ? named->shape : columns{};
    }
    return altered_ && !t.altered.empty() ? t.altered : t.columns;
}

/// Nothing when this server has no such statement; a fault when it may be another client's.
server_model::prepared* server_model::find_statement(byte_view name) {
    const std::string key = key_of(name);
    if (const auto found = statements_.find(key); found != statements_.end()) return &found->second;
    if (lending_ != lending::own && !known_names_.contains(key))
        fault("uses statement \"" + key + "\" of another client");
    return nullptr;
}

void server_model::error(byte_view sqlstate, byte_view text, const char* routine, const char* file) {
    be::fields where{{'F', file}, {'L', "1"}, {'R', routine}};
    if (text == aborted_text) where.erase(where.begin() + 1);  // where we may have to say it ourselves
    fail(be::error(sqlstate, text, where));
}

void server_model::fail(std::string with) {
    say(std::move(with));
    if (status_ == 'T') status_ = 'E';
    if (status_ == 'I') portals_.clear();
    written_.clear();
    skipping_ = open_;
}

void server_model::unknown_statement(byte_view name, const char* routine) {
    if (name.empty()) return error("26000", "unnamed prepared statement does not exist", routine);
    error("26000", "prepared statement \"" + std::string(name) + "\" does not exist",
          "FetchPreparedStatement", "prepare.c");
}

void server_model::on_parse(byte_view body) {
    const auto p = read_parse(body);
    const std::string key = key_of(p->statement);
    if (key.empty()) {
        statements_.erase(key);
        known_names_.insert(key);
    }
    const sql_text* text = find_text(p->query);
    if (text == nullptr) return error("42601", "syntax error", "scanner_yyerror", "scan.l");
    if (status_ == 'E' && !leaves_block(*text)) return error("25P02", aborted_text, "exec_parse_message");
    if (text->does == sql_text::kind::fails_at_parse)
        return error("42P01", "relation does not exist", "parserOpenTable");
    if (!key.empty() && find_statement(key) != nullptr)
        return error("42P05", "prepared statement \"" + std::string(p->statement) + "\" already exists",
                     "StorePreparedStatement", "prepare.c");
    std::vector<oid> types = text->types;
    field_reader declared(p->parameter_types);
    for (std::size_t i = 0; i < p->parameter_types.size() / 4; ++i)
        if (const oid type = declared.u32(); i >= types.size()) types.push_back(type);
    statements_[key] = {std::string(p->query), types, shape_of(*text)};
    known_names_.insert(key);
    say(be::parse_complete());
}

bool server_model::checked_shape(const prepared& p) {
    const sql_text& t = *find_text(p.sql);
    if (t.does == sql_text::kind::execute) return true;
    const auto same = [](const column& a, const column& b) {
        return a.name == b.name && a.type == b.type && a.typmod == b.typmod;
    };
    const columns now = shape_of(t);
    if (std::equal(now.begin(), now.end(), p.shape.begin(), p.shape.end(), same)) return true;
    fail(be::error("0A000", "cached plan must not change result type",
                   {{'F', "plancache.c"}, {'R', "RevalidateCachedQuery"}}));
    return false;
}

/// A server keeps what EXECUTE was found to return at its Parse; this one always looks, as a new Parse does.
void server_model::refresh(prepared& p) {
    if (const sql_text& t = *find_text(p.sql); t.does == sql_text::kind::execute) p.shape = shape_of(t);
}

void server_model::on_bind(byte_view body) {
    field_reader in(body);
    const byte_view name_of_portal = in.cstr(), name = in.cstr();
    in.bytes(2 * std::size_t{in.u16()});
    portal p;
    p.values.resize(in.u16());
    for (auto& value : p.values)
        if (const std::uint32_t size = in.u32(); size != 0xffffffff) value = std::string(in.bytes(size));
    p.formats.resize(in.u16());
    for (auto& format : p.formats) format = in.u16();

    prepared* s = find_statement(name);
    if (s == nullptr) return unknown_statement(name, "exec_bind_message");
    if (p.values.size() != s->types.size())
        return error("08P01",
                     "bind message supplies " + std::to_string(p.values.size()) +
                         " parameters, but prepared statement \"" + std::string(name) + "\" requires " +
                         std::to_string(s->types.size()),
                     "exec_bind_message");
    const sql_text& text = *find_text(s->sql);
    if (status_ == 'E' && (!leaves_block(text) || text.does == sql_text::kind::empty))
        return error("25P02", aborted_text, "exec_bind_message");
    if (!name_of_portal.empty() && portals_.contains(name_of_portal))
        return error("42P03", "cursor \"" + std::string(name_of_portal) + "\" already exists", "CreatePortal",
                     "portalmem.c");
    portal& made = portals_.insert_or_assign(std::string(name_of_portal), portal()).first->second;
    if (!checked_shape(*s)) return;  // it stays, without a query
    refresh(*s);
    p.statement = *s;
    made = std::move(p);
    if (made.formats.size() > 1 && !s->shape.empty() && made.formats.size() != s->shape.size())
        return error("08P01", "bind message has another number of result formats than the query has columns",
                     "PortalSetResultFormat", "pquery.c");
    say(be::bind_complete());
}

void server_model::on_describe(byte_view body) {
    const auto target = read_target(body);
    columns shape;
    if (target->kind == target_kind::statement) {
        prepared* s = find_statement(target->name);
        if (s == nullptr) return unknown_statement(target->name, "exec_describe_statement_message");
        if (status_ == 'E' && !s->shape.empty())
            return error("25P02", aborted_text, "exec_describe_statement_message");
        say(be::parameter_description(s->types));
        if (status_ != 'E' && !checked_shape(*s)) return;
        refresh(*s);
        shape = s->shape;
    } else {
        const auto p = portals_.find(target->name);
        if (p == portals_.end())
            return error("34000", "portal \"" + std::string(target->name) + "\" does not exist",
                         "exec_describe_portal_message");
        shape = p->second.statement.shape;
        if (status_ == 'E' && !shape.empty())
            return error("25P02", aborted_text, "exec_describe_portal_message");
        for (column& c : shape)
            if (!p->second.formats.empty()) c.format = p->second.formats.front();
    }
    say(shape.empty() ? be::no_data() : be::row_description(shape));
}

void server_model::on_close(byte_view body) {
    const auto target = read_target(body);
    if (target->kind == target_kind::statement) {
        statements_.erase(key_of(target->name));
        known_names_.insert(key_of(target->name));
    } else {
        portals_.erase(std::string(target->name));
    }
    say(be::close_complete());
}

void server_model::on_execute(byte_view body) {
    field_reader in(body);
    const byte_view name = in.cstr();
    const std::uint32_t max_rows = in.u32();
    const auto p = portals_.find(name);
    if (p == portals_.end())
        return error("34000", "portal \"" + std::string(name) + "\" does not exist", "exec_execute_message");
    run(p->second, max_rows);
}

/// Executes a portal as far as `max_rows` goes.
void server_model::run(portal& p, std::uint32_t max_rows) {
    const sql_text& t = *find_text(p.statement.sql);
    if (t.does == sql_text::kind::empty) return say(be::empty_query());
    if (status_ == 'E' && !leaves_block(t)) return error("25P02", aborted_text, "exec_execute_message");
    if (t.writes) written_.push_back(p.statement.sql);
    switch (t.does) {
        case sql_text::kind::rows: return send_rows(p, max_rows, t);
        case sql_text::kind::fails_at_execute: return error("22012", "division by zero", "int4div", "int.c");
        case sql_text::kind::begin:
        case sql_text::kind::commit:
        case sql_text::kind::rollback: return transaction_command(t);
        case sql_text::kind::copy_in:
            copy_ = copying::extended;
            copied_rows_ = 0;
            return say(be::copy_in_response());
        case sql_text::kind::copy_out:
            say(be::copy_out_response());
            say(be::copy_data("1\n"));
            say(be::copy_done());
            return say(be::command_complete("COPY 1"));
        case sql_text::kind::alter: altered_ = !altered_; break;
        case sql_text::kind::execute: {
            prepared* named = find_statement(t.name);
            if (named == nullptr) return unknown_statement(t.name, "");
            if (!checked_shape(*named)) return;
            portal inner;
            inner.statement = *named;
            return run(inner, 0);
        }
        case sql_text::kind::prepare: {
            if (find_statement(t.name) != nullptr)
                return error("42P05", "prepared statement \"" + t.name + "\" already exists",
                             "StorePreparedStatement", "prepare.c");
            const sql_text& inner = texts_.find(t.text)->second;
            statements_[t.name] = {t.text, inner.types, shape_of(inner)};
            known_names_.insert(t.name);
            break;
        }
        case sql_text::kind::deallocate:
            if (find_statement(t.name) == nullptr) return unknown_statement(t.name, "");
            statements_.erase(t.name);
            known_names_.insert(t.name);
            break;
        case sql_text::kind::deallocate_all: {
            const auto unnamed = statements_.extract("");
            statements_.clear();
            if (unnamed) statements_.emplace("", unnamed.mapped());
            break;
        }
        default: break;
    }
    say(be::command_complete(t.tag));
}

void server_model::send_rows(portal& p, std::uint32_t max_rows, const sql_text& t) {
    std::string shown = p.statement.sql.substr(p.statement.sql.find_first_not_of(' '));
    for (const auto& value : p.values) shown += "|" + value.value_or("NULL");
    std::size_t sent = 0;
    for (; p.rows_sent < t.rows && (max_rows == 0 || sent < max_rows); ++sent, ++p.rows_sent)
        say(be::data_row({shown}));
    if (max_rows != 0 && sent == max_rows) return say(be::portal_suspended());
    say(be::command_complete(t.tag.empty() ? "SELECT " + std::to_string(sent) : t.tag));
}

void server_model::transaction_command(const sql_text& t) {
    const bool failed = status_ == 'E';
    if (t.does == sql_text::kind::begin) {
        if (status_ == 'I') status_ = 'T';
    } else {
        end_block(!failed && t.does == sql_text::kind::commit);
    }
    say(be::command_complete(failed ? "ROLLBACK" : t.tag));
}

void server_model::end_block(bool commits) {
    if (commits) commit();
    written_.clear();
    status_ = 'I';
    portals_.clear();
}

void server_model::commit() {
    committed_.insert(committed_.end(), written_.begin(), written_.end());
    written_.clear();
}

void server_model::on_sync() {
    skipping_ = open_ = false;
    ready();
}

void server_model::on_query(byte_view body) {
    const byte_view sql = *read_query(body);
    statements_.erase("");
    known_names_.insert("");
    portals_.erase("");
    open_ = false;  // its error is not skipped to a Sync
    const sql_text* t = find_text(sql);
    portal p;
    if (t == nullptr) {
        error("42601", "syntax error", "scanner_yyerror", "scan.l");
    } else if (status_ == 'E' && !leaves_block(*t)) {
        error("25P02", aborted_text, "exec_simple_query");
    } else if (t->does == sql_text::kind::fails_at_parse) {
        error("42P01", "relation does not exist", "parserOpenTable");
    } else {
        p.statement = {std::string(sql), {}, shape_of(*t)};
        run(p, 0);
        const bool failed =
            !out_.empty() && out_.front().front() == static_cast<char>(backend::error_response);
        if (!p.statement.shape.empty() && !failed)
            out_.insert(out_.begin(), be::row_description(p.statement.shape));
    }
    if (copy_ == copying::no) return ready();
    copy_ = copying::simple;
}

void server_model::ready() {
    say(be::ready(status_));
    if (status_ != 'I') return;
    commit();
    given_away_ = lending_ == lending::pooled;
    for (const std::string& message : inbox_)
        if (given_away_ && !is_copy_message(static_cast<frontend>(message.front())))
            fault("sent behind what ends the transaction: " + frontend_notation(message).front());
    portals_.clear();
    if (lending_ != lending::own) change_server();
}

void server_model::on_copy_message(const frame& f) {
    const auto type = static_cast<frontend>(f.type);
    const bool bad = type == frontend::copy_data && f.body() == "bad\n";
    if (type == frontend::copy_data && !bad) {
        ++copied_rows_;
        return;
    }
    if (type == frontend::sync || type == frontend::flush) return;  // eaten
    const bool simple = std::exchange(copy_, copying::no) == copying::simple;
    if (type == frontend::copy_done) {
        say(be::command_complete("COPY " + std::to_string(copied_rows_)));
    } else {
        copy_failed_ = true;
        error(bad ? "22P02" : "57014", bad ? "invalid input syntax" : "COPY from stdin failed",
              "NextCopyFrom");
    }
    if (simple) ready();
}

}  // namespace pgsidecar::test
