#include "model/server.hpp"

#include <iterator>

#include "model/messages.hpp"
#include "protocol/utf8.hpp"
#include "support/notation.hpp"

namespace pgsidecar::model {
namespace {

constexpr const char* aborted_text =
    "current transaction is aborted, commands ignored until end of transaction block";

}  // namespace

void server::on_message(const frame& f) {
    if (closed_) return;
    const auto type = static_cast<frontend>(f.type);
    if (copy_ != copy::none) return copy_message(f);
    if (type == frontend::terminate) {
        closed_ = true;
        return;
    }
    if (is_copy_message(type)) {
        if (type != frontend::copy_data) copy_unended_ = false;
        return;
    }
    if (copy_unended_) beyond_contract_ = true;  // nothing tells the proxy whether the copy still runs
    if (skipping_ && type != frontend::sync) {
        if (is_boundary(type))
            faults_.push_back("a boundary is skipped, and the pooler waits for its ReadyForQuery for ever");
        return;
    }
    copy_failed_ = false;
    if (type == frontend::flush) return flush();
    segment_open_ = true;
    try {
        dispatch(f);
    } catch (const failure& e) { fail(e, type != frontend::query && type != frontend::function_call); }
}

void server::dispatch(const frame& f) {
    switch (static_cast<frontend>(f.type)) {
        case frontend::parse: return parse(f.body());
        case frontend::bind: return bind(f.body());
        case frontend::describe: return describe(f.body());
        case frontend::close: return close(f.body());
        case frontend::execute: return execute(f.body());
        case frontend::sync: return sync();
        case frontend::query: return query(f.body());
        case frontend::function_call: return function_call();
        default:
            faults_.push_back("unexpected: " + test::frontend_notation(f.raw).front());
            throw failure{"08P01", "invalid frontend message type", "SocketBackend", "postgres.c", true};
    }
}

void server::flush() {
    flushed_.insert(flushed_.end(), std::make_move_iterator(out_.begin()),
                    std::make_move_iterator(out_.end()));
    out_.clear();
}

bool server::idle() const {
    return !in_block_ && !segment_open_ && !skipping_ && copy_ == copy::none && out_.empty() &&
           flushed_.empty();
}

std::vector<std::string> server::take_faults() {
    for (const std::string& name : statements_.take_foreign_uses())
        faults_.push_back("uses statement \"" + name + "\" of another client");
    return std::exchange(faults_, {});
}

prepared_statement& server::find_statement(byte_view name, const char* routine_unnamed) {
    if (prepared_statement* found = statements_.find(name)) return *found;
    if (name.empty()) throw failure{"26000", "unnamed prepared statement does not exist", routine_unnamed};
    throw failure{"26000", "prepared statement \"" + std::string(name) + "\" does not exist",
                  "FetchPreparedStatement", "prepare.c"};
}

void server::put_statement(byte_view name, prepared_statement s) {
    if (!name.empty() && statements_.find(name) != nullptr)
        throw failure{"42P05", "prepared statement \"" + std::string(name) + "\" already exists",
                      "StorePreparedStatement", "prepare.c"};
    statements_.put(name, std::move(s));
}

void server::refuse_if_aborted(const sql_command* c, const char* routine) const {
    if (!aborted_ || (c != nullptr && c->exits_block())) return;
    throw failure{"25P02", aborted_text, routine};
}

void server::refuse_if_not_utf8(std::initializer_list<byte_view> texts) const {
    for (const byte_view text : texts)
        if (!is_valid_utf8(text))
            throw failure{"22021", "invalid byte sequence for encoding \"UTF8\"", "report_invalid_encoding",
                          "mbutils.c"};
}

void server::fail(const failure& f, bool extended) {
    // Two errors the proxy may have to say itself, and knows no lines.
    const bool of_no_line = f.sqlstate == "25P02" || f.sqlstate == "0A000";
    test::be::fields where{{'F', f.file}, {'L', "1"}, {'R', f.routine}};
    if (of_no_line) where.erase(where.begin() + 1);
    say(f.fatal ? test::be::fatal(f.sqlstate, f.message, where)
                : test::be::error(f.sqlstate, f.message, where));
    // A changed row shape is found out behind a Describe of ours, which is not flushed (docs/guarantees.md).
    if (f.sqlstate != "0A000") flush();
    if (f.fatal) {
        closed_ = true;
        return;
    }
    script_.clear();
    written_.clear();
    copy_ = copy::none;
    if (in_block_) aborted_ = true;
    for (auto& [name, p] : portals_) p.dead = true;
    if (!in_block_) portals_.clear();
    if (extended)
        skipping_ = true;
    else
        ready();
}

void server::commit() {
    committed_.insert(committed_.end(), written_.begin(), written_.end());
    written_.clear();
}

void server::end_transaction() {
    in_block_ = aborted_ = false;
    portals_.clear();
}

void server::ready() {
    if (!in_block_) {
        end_transaction();
        commit();
    }
    say(test::be::ready(!in_block_ ? 'I' : aborted_ ? 'E' : 'T'));
    flush();
    segment_open_ = alone_ = false;
}

}  // namespace pgsidecar::model
