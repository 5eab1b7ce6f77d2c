#include "fuzz/model/server.hpp"

#include <algorithm>
#include <utility>

#include "protocol/composer.hpp"
#include "protocol/field_reader.hpp"
#include "protocol/utf8.hpp"

namespace pgsidecar::fuzz {
namespace {

constexpr std::size_t max_depth = 8;

std::string key(byte_view name) { return std::string(name.substr(0, 63)); }

std::string quoted(byte_view name) { return "\"" + std::string(name) + "\""; }

void row(std::string& out, std::size_t columns, byte_view value) {
    message_writer writer(out, backend::data_row);
    writer.u16(static_cast<std::uint16_t>(columns));
    for (std::size_t i = 0; i < columns; ++i)
        writer.u32(static_cast<std::uint32_t>(value.size())).bytes(value);
}

std::uint16_t columns_of(const std::string& shape) {
    return shape.empty() ? std::uint16_t{0} : field_reader(shape).u16();
}

}  // namespace

bool server::idle() const {
    return !in_block_ && !segment_open_ && !skipping_ && copy_ == copy::none && out_.empty() &&
           flushed_.empty();
}

void server::leave_foreign(const std::string& name) {
    const sql foreign{verb::foreign};
    statements_[name] = {foreign, false, false, "select 'foreign'", {}, shape_of(foreign)};
}

void server::on_message(const frame& f) {
    if (closed_) return;
    const auto type = static_cast<frontend>(f.type);
    if (copy_ != copy::none) return copy_message(f);
    if (type == frontend::terminate) {
        closed_ = true;
        return;
    }
    const bool copy_data =
        type == frontend::copy_data || type == frontend::copy_done || type == frontend::copy_fail;
    if (copy_data) {
        if (type != frontend::copy_data) copy_failed_ = false;
        return;
    }
    if (copy_failed_) beyond_contract_ = true;  // nothing tells the proxy whether the copy still runs
    if (skipping_ && type != frontend::sync) return;
    if (type == frontend::flush) return flush();

    segment_open_ = true;
    const bool extended = type != frontend::query && type != frontend::function_call;
    try {
        switch (type) {
            case frontend::parse: parse(f.body()); break;
            case frontend::bind: bind(f.body()); break;
            case frontend::describe: describe(f.body()); break;
            case frontend::close: close(f.body()); break;
            case frontend::execute: execute(f.body()); break;
            case frontend::query: query(f.body()); break;
            case frontend::function_call: function_call(); break;
            case frontend::sync: sync(); break;
            default: throw failure{"08P01", "invalid frontend message type", "SocketBackend", "", "FATAL"};
        }
    } catch (const failure& e) { fail(e, extended); }
}

void server::fail(const failure& f, bool extended) {
    say([&](std::string& out) {
        compose_error(out, {.severity = f.severity,
                            .sqlstate = f.sqlstate,
                            .message = f.message,
                            .file = f.file,
                            .routine = f.routine});
    });
    // A changed row shape is found out behind a Describe of ours, which is not flushed (docs/guarantees.md).
    if (f.sqlstate != "0A000") flush();
    if (f.severity == "FATAL") {
        closed_ = true;
        return;
    }
    script_.clear();
    copy_ = copy::none;
    if (in_block_) aborted_ = true;
    for (auto& [name, p] : portals_) p.dead = true;
    if (!in_block_) portals_.clear();
    if (extended)
        skipping_ = true;
    else
        ready();
}

void server::ready() {
    const auto status = !in_block_ ? transaction_status::idle
                        : aborted_ ? transaction_status::failed
                                   : transaction_status::in_block;
    say([&](std::string& out) { compose_ready_for_query(out, status); });
    flush();
    segment_open_ = alone_ = false;
}

void server::end_transaction() {
    in_block_ = aborted_ = false;
    portals_.clear();
}

void server::refuse_if_aborted(const sql* s, const char* routine) const {
    if (!aborted_ || (s != nullptr && exits_block(*s))) return;
    throw failure{"25P02", "current transaction is aborted, commands ignored until end of transaction block",
                  routine, "postgres.c"};
}

void server::refuse_if_not_utf8(std::initializer_list<byte_view> texts) const {
    for (const byte_view text : texts)
        if (!is_valid_utf8(text))
            throw failure{"22021", "invalid byte sequence for encoding \"UTF8\"", "report_invalid_encoding",
                          "mbutils.c"};
}

server::statement& server::find(const std::string& name, const char* routine_unnamed) {
    const auto found = statements_.find(key(name));
    if (found != statements_.end()) return found->second;
    if (name.empty())
        throw failure{"26000", "unnamed prepared statement does not exist", routine_unnamed, "postgres.c"};
    throw failure{"26000", "prepared statement " + quoted(name) + " does not exist", "FetchPreparedStatement",
                  "prepare.c"};
}

std::string server::types_of(const sql& s, byte_view declared) const {
    std::string out;
    field_writer writer(out);
    const std::size_t count = std::max(parameters_used(s), declared.size() / 4);
    field_reader in(declared);
    for (std::size_t i = 0; i < count; ++i) {
        const oid type = in.u32();
        writer.u32(type == 0 ? text_oid : type);
    }
    return out;
}

std::string server::shape_of(const sql& s) const {
    std::size_t columns = 0;
    switch (s.what) {
        case verb::select_one:
        case verb::select_parameter:
        case verb::fails:
        case verb::probe:
        case verb::foreign: columns = 1; break;
        case verb::select_changing: columns = database_.columns_of_changing; break;
        case verb::execute: {
            const auto found = statements_.find(key(s.name));
            return found == statements_.end() ? std::string() : found->second.shape;
        }
        default: return {};
    }
    std::string out;
    field_writer writer(out);
    writer.u16(static_cast<std::uint16_t>(columns));
    for (std::size_t i = 0; i < columns; ++i)
        writer.cstr(s.what == verb::foreign ? "foreign" : "c")
            .u32(0)
            .u16(0)
            .u32(text_oid)
            .u16(0xffff)
            .u32(0xffffffff)
            .u16(0);
    return out;
}

void server::revalidate(const statement& s) {
    const bool stale = s.text.what == verb::select_changing && s.shape != shape_of(s.text);
    if (stale && s.undescribed) beyond_contract_ = true;
    if (stale)
        throw failure{"0A000", "cached plan must not change result type", "RevalidateCachedQuery",
                      "plancache.c"};
}

void server::store(const std::string& name, const sql& s, byte_view source, std::string types) {
    if (!name.empty() && statements_.contains(key(name)))
        throw failure{"42P05", "prepared statement " + quoted(name) + " already exists",
                      "StorePreparedStatement", "prepare.c"};
    statements_[key(name)] = {s,          s.what == verb::empty, false, std::string(source), std::move(types),
                              shape_of(s)};
}

void server::parse(byte_view body) {
    const auto p = read_parse(body);
    if (!p) throw failure{"08P01", "invalid message format", "pq_getmsgend", "pqformat.c"};
    refuse_if_not_utf8({p->statement, p->query});
    if (p->statement.empty()) statements_.erase("");
    const auto texts = parse_sql(p->query);
    if (!texts) throw failure{"42601", "syntax error", "scanner_yyerror", "scan.l"};
    if (texts->size() > 1)
        throw failure{"42601", "cannot insert multiple commands into a prepared statement",
                      "exec_parse_message", "postgres.c"};
    const sql s = texts->empty() ? sql{} : texts->front();
    if (!texts->empty()) {
        refuse_if_aborted(&s, "exec_parse_message");
        if (s.what == verb::missing_table)
            throw failure{"42P01", "relation does not exist", "parserOpenTable", ""};
    }
    store(std::string(p->statement), s, p->query, types_of(s, p->parameter_types));
    say([](std::string& out) { compose_bare(out, backend::parse_complete); });
}

void server::bind(byte_view body) {
    field_reader in(body);
    const std::string portal_name(in.cstr());
    const std::string name(in.cstr());
    const failure cut_short{"08P01", "insufficient data left in message", "pq_copymsgbytes", "pqformat.c"};
    if (!in.ok()) throw failure{"08P01", "invalid string in message", "pq_getmsgstring", "pqformat.c"};
    refuse_if_not_utf8({portal_name, name});
    const statement& s = find(name, "exec_bind_message");
    const std::size_t formats = in.u16();
    in.bytes(2 * formats);
    const std::size_t count = in.u16();
    if (!in.ok()) throw cut_short;
    std::string value;
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const std::uint32_t size = in.u32();
        const byte_view v = size == 0xffffffff ? byte_view("null") : in.bytes(size);
        if (i == 0) value = v;
    }
    const std::size_t result_formats = in.u16();
    in.bytes(2 * result_formats);

    if (formats > 1 && formats != count)
        throw failure{"08P01", "bind message has wrong parameter formats", "exec_bind_message", "postgres.c"};
    if (count != s.parameter_count())
        throw failure{"08P01",
                      "bind message supplies " + std::to_string(count) +
                          " parameters, but prepared statement " + quoted(name) + " requires " +
                          std::to_string(s.parameter_count()),
                      "exec_bind_message", "postgres.c"};
    if (aborted_ && (!exits_block(s.text) || s.parameter_count() != 0))
        refuse_if_aborted(nullptr, "exec_bind_message");
    if (!portal_name.empty() && portals_.contains(key(portal_name)))
        throw failure{"42P03", "cursor " + quoted(portal_name) + " already exists", "CreatePortal",
                      "portalmem.c"};
    if (!in.at_end()) throw cut_short;
    portals_[key(portal_name)] = {.broken = true};
    revalidate(s);
    portal p{s.text, s.empty, s.text.what == verb::execute ? shape_of(s.text) : s.shape, value};
    if (result_formats > 1) note_stale_execute(s.text);
    if (!p.shape.empty() && result_formats > 1 && result_formats != columns_of(p.shape))
        throw failure{"08P01", "bind message has wrong result formats", "PortalSetResultFormat", "pquery.c"};
    portals_[key(portal_name)] = std::move(p);
    say([](std::string& out) { compose_bare(out, backend::bind_complete); });
}

/// Of an EXECUTE whose statement has changed its shape the server shows the first one, the proxy the newest.
void server::note_stale_execute(const sql& s) {
    if (s.what != verb::execute) return;
    const auto named = statements_.find(key(s.name));
    const bool nested = named != statements_.end() && named->second.text.what == verb::execute;
    if (nested || knows_stale_statement()) beyond_contract_ = true;
}

void server::describe(byte_view body) {
    const auto target = read_target(body);
    if (!target) throw failure{"08P01", "invalid DESCRIBE message", "PostgresMain", "postgres.c"};
    refuse_if_not_utf8({target->name});
    std::string shape;
    if (target->kind == target_kind::statement) {
        const statement& s = find(std::string(target->name), "exec_describe_statement_message");
        shape = s.shape;
        if (aborted_ && (s.undescribed || target->name.empty())) beyond_contract_ = true;
        if (s.text.what == verb::execute && shape != shape_of(s.text)) beyond_contract_ = true;
        if (!shape.empty()) refuse_if_aborted(nullptr, "exec_describe_statement_message");
        say([&](std::string& out) { compose_parameter_description(out, s.types); });
        revalidate(s);
        note_stale_execute(s.text);
    } else {
        const auto found = portals_.find(key(target->name));
        if (found == portals_.end())
            throw failure{"34000", "portal " + quoted(target->name) + " does not exist",
                          "exec_describe_portal_message", "postgres.c"};
        if (found->second.broken) beyond_contract_ = true;
        note_stale_execute(found->second.text);
        shape = found->second.shape;
        if (!shape.empty()) refuse_if_aborted(nullptr, "exec_describe_portal_message");
    }
    say([&](std::string& out) {
        if (shape.empty())
            compose_bare(out, backend::no_data);
        else
            message_writer(out, backend::row_description).bytes(shape);
    });
}

void server::close(byte_view body) {
    const auto target = read_target(body);
    if (!target) throw failure{"08P01", "invalid CLOSE message", "PostgresMain", "postgres.c"};
    refuse_if_not_utf8({target->name});
    if (target->kind == target_kind::statement)
        statements_.erase(key(target->name));
    else
        portals_.erase(key(target->name));
    say([](std::string& out) { compose_bare(out, backend::close_complete); });
}

void server::execute(byte_view body) {
    field_reader in(body);
    const std::string name(in.cstr());
    const std::uint32_t max_rows = in.u32();
    const auto found = portals_.find(key(name));
    if (found == portals_.end())
        throw failure{"34000", "portal " + quoted(name) + " does not exist", "exec_execute_message",
                      "postgres.c"};
    portal& p = found->second;
    if (p.broken) beyond_contract_ = true;
    if (p.empty) {
        say([](std::string& out) { compose_bare(out, backend::empty_query_response); });
        return;
    }
    refuse_if_aborted(p.dead ? nullptr : &p.text, "exec_execute_message");
    if (p.done && p.shape.empty())
        throw failure{"55000", "portal " + quoted(name) + " cannot be run", "PortalRun", "pquery.c"};
    const sql s = p.text;
    portal running = p;  // the portal itself may go with its transaction
    run(s, running, max_rows, 0);
    if (const auto still = portals_.find(key(name)); still != portals_.end()) still->second = running;
    if (copying()) copy_ = copy::extended;
}

void server::tag(const std::string& text) {
    say([&](std::string& out) { message_writer(out, backend::command_complete).cstr(text); });
}

void server::run(const sql& s, portal& p, std::size_t max_rows, int depth) {
    if (static_cast<std::size_t>(depth) > max_depth) {
        beyond_contract_ = true;
        throw failure{"54001", "stack depth limit exceeded", "check_stack_depth", "postgres.c"};
    }
    switch (s.what) {
        case verb::empty: break;
        case verb::select_one:
        case verb::select_parameter:
        case verb::probe:
        case verb::foreign: run_rows(p, 1, max_rows); break;
        case verb::select_changing: run_rows(p, 3, max_rows); break;
        case verb::fails: throw failure{"22012", "division by zero", "int4div", "int.c"};
        case verb::missing_table: throw failure{"42P01", "relation does not exist", "parserOpenTable", ""};
        case verb::insert: tag("INSERT 0 1"); break;
        case verb::alter:
            ++database_.columns_of_changing;
            tag("ALTER TABLE");
            break;
        case verb::begin:
        case verb::commit:
        case verb::rollback: run_transaction(s.what); break;
        case verb::copy_in:
            say([](std::string& out) { message_writer(out, backend::copy_in_response).u8(0).u16(0); });
            flush();
            copy_ = copy::simple;
            break;
        case verb::copy_out:
            say([](std::string& out) { message_writer(out, backend::copy_out_response).u8(0).u16(0); });
            for (int i = 0; i < 2; ++i)
                say([](std::string& out) { message_writer(out, backend::copy_data).bytes("1\n"); });
            say([](std::string& out) { compose_bare(out, backend::copy_done); });
            tag("COPY 2");
            break;
        case verb::prepare: {
            std::string declared;
            for (std::size_t i = 0; i < s.declared_types; ++i) field_writer(declared).u32(text_oid);
            const auto body = parse_sql(s.body);
            if (body->front().what == verb::missing_table)
                throw failure{"42P01", "relation does not exist", "parserOpenTable", ""};
            store(s.name, body->front(), s.body, types_of(body->front(), declared));
            statements_[key(s.name)].undescribed = !alone_ || depth > 0;
            tag("PREPARE");
            break;
        }
        case verb::execute: run_execute(s, p, max_rows, depth); break;
        case verb::deallocate:
            find(s.name, "");
            statements_.erase(key(s.name));
            tag("DEALLOCATE");
            break;
        case verb::deallocate_all: {
            const auto unnamed = statements_.extract("");
            statements_.clear();
            if (!unnamed.empty()) statements_[""] = unnamed.mapped();
            tag("DEALLOCATE ALL");
            break;
        }
    }
    p.done = s.what != verb::execute ? p.done || p.shape.empty() : p.done;
}

void server::run_rows(portal& p, std::size_t rows, std::size_t max_rows) {
    const std::string value = p.text.what == verb::foreign            ? "foreign"
                              : p.text.what == verb::select_parameter ? p.value
                                                                      : "1";
    std::size_t sent = 0;
    for (; p.row < rows && (max_rows == 0 || sent < max_rows); ++p.row, ++sent)
        say([&](std::string& out) { row(out, columns_of(p.shape), value); });
    if (max_rows > 0 && sent == max_rows) {
        say([](std::string& out) { compose_bare(out, backend::portal_suspended); });
    } else {
        p.done = true;
        tag("SELECT " + std::to_string(sent));
    }
}

void server::run_transaction(verb what) {
    const auto warn = [&](const char* sqlstate, const char* message) {
        say([&](std::string& out) {
            compose_notice(out, {.severity = "WARNING", .sqlstate = sqlstate, .message = message});
        });
    };
    if (what == verb::begin) {
        if (in_block_) warn("25001", "there is already a transaction in progress");
        in_block_ = true;
        return tag("BEGIN");
    }
    if (!in_block_) warn("25P01", "there is no transaction in progress");
    const bool committed = what == verb::commit && !aborted_;
    end_transaction();
    tag(committed ? "COMMIT" : "ROLLBACK");
}

bool server::knows_stale_statement() const {
    return std::any_of(statements_.begin(), statements_.end(), [this](const auto& named) {
        return named.second.text.what == verb::select_changing &&
               named.second.shape != shape_of(named.second.text);
    });
}

/// They are looked at before the shape; the proxy sees to the shape first.
void server::check_arguments(const sql& s, const statement& found) {
    if (found.text.what == verb::execute && found.shape != shape_of(found.text)) beyond_contract_ = true;
    if (found.parameter_count() == 0 || s.arguments == found.parameter_count()) return;
    if (found.shape != shape_of(found.text)) beyond_contract_ = true;
    throw failure{"42601", "wrong number of parameters for prepared statement " + quoted(s.name),
                  "EvaluateParams", "prepare.c"};
}

void server::run_execute(const sql& s, portal& p, std::size_t max_rows, int depth) {
    const statement found = find(s.name, "");
    check_arguments(s, found);
    revalidate(found);
    if (found.empty) return tag("EXECUTE");
    if (p.done) return tag("SELECT 0");
    portal inner{found.text, false, found.shape, "1"};
    inner.row = p.row;
    run(found.text, inner, max_rows, depth + 1);
    p.row = inner.row;
    p.done = inner.done;
}

void server::query(byte_view body) {
    const auto text = read_query(body);
    if (!text) throw failure{"08P01", "invalid message format", "pq_getmsgend", "pqformat.c"};
    refuse_if_not_utf8({*text});
    statements_.erase("");
    const auto texts = parse_sql(*text);
    // The proxy looks at the shape of an EXECUTE's statement before all that stands in the same text, and
    // refuses one behind the end of a failed block.
    const bool executes_in_string = (!texts || texts->size() > 1) && text->find("execute") != byte_view::npos;
    if (executes_in_string && (aborted_ || knows_stale_statement())) beyond_contract_ = true;
    if (!texts) throw failure{"42601", "syntax error", "scanner_yyerror", "scan.l"};
    if (texts->empty()) {
        say([](std::string& out) { compose_bare(out, backend::empty_query_response); });
        if (!in_block_) end_transaction();
        return ready();
    }
    script_ = *texts;
    alone_ = texts->size() == 1;
    run_query();
}

/// The rest of a Query's statements; a copy interrupts it.
void server::run_query() {
    while (!script_.empty()) {
        const sql s = script_.front();
        script_.erase(script_.begin());
        refuse_if_aborted(&s, "exec_simple_query");
        portals_.erase("");
        if (s.what == verb::missing_table)
            throw failure{"42P01", "relation does not exist", "parserOpenTable", ""};
        portal p{s, false, shape_of(s), "1"};
        if (!p.shape.empty() && s.what != verb::execute)
            say([&](std::string& out) { message_writer(out, backend::row_description).bytes(p.shape); });
        if (s.what == verb::execute)
            run_execute_alone(s, p);
        else
            run(s, p, 0, 0);
        if (copying()) return;
    }
    if (!in_block_) end_transaction();
    ready();
}

/// The rows of a utility statement are sent, RowDescription first, when it is done.
void server::run_execute_alone(const sql& s, portal& p) {
    const std::string shape = shape_of(s);
    if (shape.empty()) return run(s, p, 0, 0);
    const std::string before = std::exchange(out_, {});
    try {
        run(s, p, 0, 0);
    } catch (const failure&) {
        out_ = before;
        throw;
    }
    const std::string rows = std::exchange(out_, before);
    say([&](std::string& out) { message_writer(out, backend::row_description).bytes(shape); });
    out_ += rows;
}

void server::function_call() {
    if (aborted_) refuse_if_aborted(nullptr, "HandleFunctionRequest");
    say([](std::string& out) { message_writer(out, backend::function_call_response).u32(0xffffffff); });
    if (!in_block_) end_transaction();
    ready();
}

void server::sync() {
    skipping_ = false;
    if (!in_block_) end_transaction();
    ready();
}

/// During copy-in Sync and Flush are eaten; anything else ends the connection.
void server::copy_message(const frame& f) {
    const auto type = static_cast<frontend>(f.type);
    const bool extended = copy_ == copy::extended;
    try {
        switch (type) {
            case frontend::sync:
            case frontend::flush: return;
            case frontend::copy_data:
                if (f.body().find('!') == byte_view::npos) return;
                copy_failed_ = true;
                throw failure{"22P04", "bad row", "NextCopyFrom", "copyfromparse.c"};
            case frontend::copy_fail:
                throw failure{"57014", "COPY from stdin failed", "CopyGetData", "copyfromparse.c"};
            case frontend::copy_done: break;
            default:
                throw failure{"08P01", "unexpected message type during COPY from stdin", "CopyGetData", "",
                              "FATAL"};
        }
        copy_ = copy::none;
        tag("COPY 1");
        if (!extended) run_query();
    } catch (const failure& e) { fail(e, extended); }
}

}  // namespace pgsidecar::fuzz
