#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "fuzz/support/check.hpp"
#include "fuzz/support/input.hpp"
#include "proxy/session/plain_statement.hpp"
#include "proxy/session/sql_scan.hpp"
#include "proxy/session/sql_uses.hpp"

/// What is read off a text's tokens, against what PostgreSQL's whole grammar says where it takes the text.
namespace pgsidecar::fuzz {
namespace {

using node = PgQuery__Node;

struct deleter {
    void operator()(PgQuery__ParseResult* r) const { pg_query__parse_result__free_unpacked(r, nullptr); }
};
using tree_ptr = std::unique_ptr<PgQuery__ParseResult, deleter>;

tree_ptr parse(const std::string& text) {
    const PgQueryProtobufParseResult result = pg_query_parse_protobuf(text.c_str());
    PgQuery__ParseResult* tree = nullptr;
    if (result.error == nullptr)
        tree = pg_query__parse_result__unpack(nullptr, result.parse_tree.len,
                                              reinterpret_cast<const std::uint8_t*>(result.parse_tree.data));
    pg_query_free_protobuf_parse_result(result);
    return tree_ptr(tree);
}

struct use {
    sql_verb verb = sql_verb::other;
    std::string name;
    bool operator==(const use&) const = default;
};

use use_of(const node& n) {
    switch (n.node_case) {
        case PG_QUERY__NODE__NODE_PREPARE_STMT: return {sql_verb::prepare, n.prepare_stmt->name};
        case PG_QUERY__NODE__NODE_EXECUTE_STMT: return {sql_verb::execute, n.execute_stmt->name};
        case PG_QUERY__NODE__NODE_DEALLOCATE_STMT: {
            const std::string name = n.deallocate_stmt->name;
            return {name.empty() ? sql_verb::deallocate_all : sql_verb::deallocate, name};
        }
        case PG_QUERY__NODE__NODE_DISCARD_STMT:
            return {n.discard_stmt->target == PG_QUERY__DISCARD_MODE__DISCARD_ALL ? sql_verb::deallocate_all
                                                                                  : sql_verb::other,
                    ""};
        case PG_QUERY__NODE__NODE_EXPLAIN_STMT: {
            const use inner = use_of(*n.explain_stmt->query);
            return inner.verb == sql_verb::execute ? inner : use{};
        }
        case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT: {
            const use inner = use_of(*n.create_table_as_stmt->query);
            return inner.verb == sql_verb::execute ? inner : use{};
        }
        default: return {};
    }
}

bool exits_block(const node& n) {
    if (n.node_case != PG_QUERY__NODE__NODE_TRANSACTION_STMT) return false;
    switch (n.transaction_stmt->kind) {
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
        case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE: return true;
        default: return false;
    }
}

bool shape_varies(const node& n) {
    return n.node_case == PG_QUERY__NODE__NODE_FETCH_STMT || n.node_case == PG_QUERY__NODE__NODE_EXECUTE_STMT;
}

void check_against_grammar(const std::string& text, const sql_facts& facts) {
    const tree_ptr tree = parse(text);
    if (!tree) return;
    std::vector<use> expected;
    for (std::size_t i = 0; i < tree->n_stmts; ++i) expected.push_back(use_of(*tree->stmts[i]->stmt));
    if (std::all_of(expected.begin(), expected.end(), [](const use& u) { return u.verb == sql_verb::other; }))
        expected.clear();

    std::vector<use> found;
    if (facts.uses)
        for (const sql_use& u : *facts.uses) found.push_back({u.verb, u.name});
    check(found == expected, "tokens show the uses that the grammar shows");

    const node* only = tree->n_stmts == 1 ? tree->stmts[0]->stmt : nullptr;
    check(facts.exits_block == (only != nullptr && exits_block(*only)), "tokens show what ends a block");
    check(facts.shape_varies == (only != nullptr && shape_varies(*only)), "tokens show whose shape varies");
}

void check_tokens(const std::string& text) {
    const auto tokens = scan_sql(text);
    if (!tokens) return;
    std::size_t at = 0;
    for (const sql_token& t : *tokens) {
        check(at <= t.begin && t.begin <= t.end && t.end <= text.size(), "tokens lie in the text, in order");
        at = t.end;
    }
    const auto highest = highest_parameter(text);
    check(highest.has_value(), "a text that is scanned has a highest parameter");
    check(highest_parameter(text + "\n$4242") == std::max<std::size_t>(*highest, 4242),
          "the highest parameter counts");
}

void check_name(const std::string& written) {
    const auto name = sql_name(written);
    if (!name || name->empty()) return;
    check(name->size() <= 63, "names are cut");
    std::string quoted = "\"";
    for (const char c : *name) quoted.append(c == '"' ? 2 : 1, c);
    check(sql_name(quoted + "\"") == name, "a name is itself when quoted");
}

void check_prepared_texts(const std::string& text, const sql_facts& facts) {
    if (!facts.uses) return;
    for (const sql_use& u : *facts.uses) {
        const std::size_t begin = std::min(u.text.find_first_not_of(' '), u.text.size());
        check(text.find(byte_view(u.text).substr(begin)) != std::string::npos,
              "the text behind AS is the client's own");
        check(u.text.size() <= text.size(), "blanks stand for what was in front, and no more");
    }
}

bool reads(const node& n) {
    switch (n.node_case) {
        case PG_QUERY__NODE__NODE_SELECT_STMT: return n.select_stmt->into_clause == nullptr;
        case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT: return true;
        default: return false;
    }
}

void check_plain(const std::string& text) {
    if (!is_plain(text)) return;
    const tree_ptr tree = parse(text);
    check(tree != nullptr, "the grammar takes what is plain");
    check(std::all_of(tree->stmts, tree->stmts + tree->n_stmts,
                      [](const PgQuery__RawStmt* s) { return reads(*s->stmt); }),
          "what is plain reads");
    check(!is_plain(text + "\n;select nextval('s')"), "a function with an effect is not plain");
}

}  // namespace
}  // namespace pgsidecar::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pgsidecar::fuzz;
    using namespace pgsidecar;
    const byte_view bytes(reinterpret_cast<const char*>(data), size);
    const std::string text(bytes.substr(0, bytes.find(char{0})));  // no text of the protocol has a NUL
    const sql_facts facts = read_sql_facts(text);
    check_against_grammar(text, facts);
    check_prepared_texts(text, facts);
    check((read_sql_uses(text) != nullptr) == (facts.uses != nullptr),
          "a Query's uses are those of its text");
    check_plain(text);
    check_tokens(text);
    check_name(text);
    return 0;
}
