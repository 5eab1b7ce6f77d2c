#include <algorithm>

#include "model/server.hpp"
#include "protocol/backend_messages.hpp"

/// What commands do.
namespace pgsidecar::model {
namespace {

using kind = sql_command::kind;

constexpr int max_depth = 8;

std::string warning(byte_view sqlstate, byte_view message) {
    std::string out;
    compose_notice(out, {.severity = "WARNING", .sqlstate = sqlstate, .message = message});
    return out;
}

}  // namespace

void server::run(const sql_command& c, portal& p, std::size_t max_rows, int depth) {
    if (depth > max_depth) {
        beyond_contract_ = true;
        throw failure{"54001", "stack depth limit exceeded", "check_stack_depth"};
    }
    if (c.writes && !p.done && p.rows_sent == 0) written_.push_back(c.text);
    switch (c.does) {
        case kind::rows: return run_rows(p, max_rows);
        case kind::execute: return run_execute(c, p, max_rows, depth);
        case kind::fails_at_execute: throw failure{"22012", "division by zero", "int4div", "int.c"};
        case kind::fails_at_parse: throw failure{"42P01", "relation does not exist", "parserOpenTable"};
        case kind::begin:
        case kind::commit:
        case kind::rollback: run_transaction(c); break;
        case kind::copy_in: begin_copy_in(); break;
        case kind::copy_out: copy_out(); break;
        case kind::prepare: run_prepare(c, alone_ && depth == 0); break;
        case kind::deallocate: run_deallocate(c); break;
        case kind::deallocate_all:
            statements_.deallocate_all();
            say(test::be::command_complete(c.tag));
            break;
        case kind::alter:
            ++database_.alters;
            say(test::be::command_complete(c.tag));
            break;
        case kind::command: say(test::be::command_complete(c.tag)); break;
        case kind::empty: break;
    }
    p.done = true;
}

void server::run_rows(portal& p, std::size_t max_rows) {
    std::string shown = p.command.text;
    for (const auto& value : p.values) shown += "|" + value.value_or("NULL");
    std::size_t sent = 0;
    for (; p.rows_sent < p.command.rows && (max_rows == 0 || sent < max_rows); ++sent, ++p.rows_sent)
        say(test::be::data_row({shown}));
    if (max_rows != 0 && sent == max_rows) return say(test::be::portal_suspended());
    p.done = true;
    say(test::be::command_complete(p.command.tag.empty() ? "SELECT " + std::to_string(sent) : p.command.tag));
}

void server::run_transaction(const sql_command& c) {
    if (c.is(kind::begin)) {
        if (in_block_) say(warning("25001", "there is already a transaction in progress"));
        in_block_ = true;
        return say(test::be::command_complete(c.tag));
    }
    if (!in_block_) say(warning("25P01", "there is no transaction in progress"));
    const bool failed = aborted_;
    if (c.is(kind::commit) && !failed) commit();
    written_.clear();
    end_transaction();
    say(test::be::command_complete(failed ? "ROLLBACK" : c.tag));
}

void server::run_prepare(const sql_command& c, bool alone) {
    sql_command inner = catalog_.find(c.prepared)->second;
    if (inner.is(kind::fails_at_parse)) throw failure{"42P01", "relation does not exist", "parserOpenTable"};
    inner.text = c.prepared;
    std::vector<oid> types = inner.types;
    if (types.size() < c.declared_types.size()) types.resize(c.declared_types.size(), test::type::text);
    std::copy(c.declared_types.begin(), c.declared_types.end(), types.begin());
    const columns shape = shape_of(inner);
    put_statement(c.name, {std::move(inner), std::move(types), shape, !alone});
    say(test::be::command_complete(c.tag));
}

void server::run_execute(const sql_command& c, portal& p, std::size_t max_rows, int depth) {
    const prepared_statement found = find_statement(c.name, "");
    check_arguments(c, found);
    revalidate(found);
    if (found.command.is(kind::empty)) return say(test::be::command_complete("EXECUTE"));
    if (p.done) return say(test::be::command_complete("SELECT 0"));
    portal inner{.command = found.command, .shape = found.shape, .rows_sent = p.rows_sent};
    inner.values.assign(c.arguments.begin(), c.arguments.end());
    run(found.command, inner, max_rows, depth + 1);
    p.rows_sent = inner.rows_sent;
    p.done = inner.done;
}

/// They are looked at before the shape; the proxy sees to the shape first.
void server::check_arguments(const sql_command& c, const prepared_statement& found) {
    const bool changed = !same_shape(found.shape, shape_of(found.command));
    if (found.command.is(kind::execute) && changed) beyond_contract_ = true;
    if (found.types.empty() || c.arguments.size() == found.types.size()) return;
    if (changed) beyond_contract_ = true;
    throw failure{"42601", "wrong number of parameters for prepared statement \"" + c.name + "\"",
                  "EvaluateParams", "prepare.c"};
}

void server::run_deallocate(const sql_command& c) {
    find_statement(c.name, "");
    statements_.close(c.name);
    say(test::be::command_complete(c.tag));
}

}  // namespace pgsidecar::model
