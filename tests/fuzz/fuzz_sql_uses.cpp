#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/support/check.hpp"
#include "fuzz/support/input.hpp"
#include "proxy/sql/plain_statement.hpp"
#include "proxy/sql/sql_facts.hpp"
#include "proxy/sql/sql_lexer.hpp"
#include "proxy/sql/sql_parameters.hpp"
#include "proxy/sql/sql_watch.hpp"
#include "proxy/sql/text_to_parse.hpp"

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
    std::optional<sql_verb> verb;  // nothing: it has not to do with prepared statements
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
            if (n.discard_stmt->target != PG_QUERY__DISCARD_MODE__DISCARD_ALL) return {};
            return {sql_verb::deallocate_all, ""};
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

std::vector<use> uses_in(const sql_uses_ptr& uses, std::size_t statements) {
    std::vector<use> out(statements);
    if (uses)
        for (const sql_use& u : uses->list)
            if (u.statement < statements) out[u.statement] = {u.verb, u.name};
    return out;
}

/// Whatever the grammar takes is read right, or not known.
void check_against_grammar(const std::string& text, const sql_facts& facts, const sql_uses_ptr& uses) {
    const tree_ptr tree = parse(text);
    if (!tree) return;
    std::vector<use> expected;
    for (std::size_t i = 0; i < tree->n_stmts; ++i) expected.push_back(use_of(*tree->stmts[i]->stmt));
    const bool names = std::any_of(expected.begin(), expected.end(), [](const use& u) { return u.verb; });

    if (!uses || uses->known)
        check(uses_in(uses, expected.size()) == expected, "tokens show the uses that the grammar shows");
    if (uses && uses->known) check(uses->statements == expected.size(), "and how many statements there are");
    sql_watch watch{sql_reading{}};
    if (names) check(watch.feed(text + '\0').has_value(), "a text that passes in pieces is seen to name one");

    if (tree->n_stmts != 1) return;
    const node& only = *tree->stmts[0]->stmt;
    if (!facts.uses || facts.uses->known)
        check(uses_in(facts.uses, 1) == expected, "a Parse has the uses of its only statement");
    check(facts.exits_block == exits_block(only), "tokens show what ends a block");
    check(facts.shape_varies == shape_varies(only), "tokens show whose shape varies");
}

std::vector<sql_token> tokens_of(const std::string& text, std::size_t piece_size) {
    std::vector<sql_token> out;
    sql_lexer lexer;
    const std::string whole = text + '\0';
    for (std::size_t at = 0; at < whole.size(); at += piece_size) {
        const std::string piece = whole.substr(at, piece_size);
        lexer.feed(piece);
        for (sql_token t; lexer.next(t);) out.push_back(t);
    }
    return out;
}

void check_tokens(const std::string& text) {
    const auto tokens = tokens_of(text, text.size() + 1);
    std::size_t at = 0;
    for (const sql_token& t : tokens) {
        check(at <= t.begin && t.begin < t.end && t.end <= text.size(), "tokens lie in the text, in order");
        at = t.end;
    }
    const auto cut = tokens_of(text, 1 + text.size() % 3);
    check(std::equal(tokens.begin(), tokens.end(), cut.begin(), cut.end(),
                     [](const sql_token& a, const sql_token& b) {
                         return a.what == b.what && a.begin == b.begin && a.end == b.end &&
                                a.keyword == b.keyword && a.number == b.number && a.symbol == b.symbol;
                     }),
          "and are the same wherever it is cut");
    const auto highest = highest_parameter(text), with_another = highest_parameter(text + "\n$4242");
    if (!highest || !with_another) return;  // it ends in the middle of a literal
    check(with_another == std::max<std::size_t>(*highest, 4242), "the highest parameter counts");
}

void check_text_to_parse(const std::string& text) {
    const auto hidden = text_to_parse(text, {});
    if (!hidden) return;
    check(hidden->size() == text.size(), "every byte stays where it is");
    // where the grammar takes the text as it is, it takes this one for the same statements
    const tree_ptr tree = parse(text), other = parse(*hidden);
    if (!tree) return;
    check(other && other->n_stmts == tree->n_stmts, "and the grammar takes it");
    for (std::size_t i = 0; i < tree->n_stmts; ++i)
        check(tree->stmts[i]->stmt->node_case == other->stmts[i]->stmt->node_case, "for the same statements");
}

void check_name(const std::string& written) {
    const auto uses = read_query_facts("DEALLOCATE " + written).uses;
    if (!uses || !uses->known || uses->statements != 1 || uses->list.front().name.empty()) return;
    const std::string& name = uses->list.front().name;
    check(name.size() <= 63, "names are cut");
    std::string quoted = "\"";
    for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
    check(read_query_facts("DEALLOCATE " + quoted + "\"").uses->list.front().name == name,
          "a name is itself when quoted");
}

void check_prepared_texts(const std::string& text, const sql_uses_ptr& uses) {
    if (!uses) return;
    for (const sql_use& u : uses->list) {
        if (!u.prepares) continue;
        const std::string& prepared = u.prepares->text;
        const std::size_t begin = std::min(prepared.find_first_not_of(' '), prepared.size());
        check(text.find(byte_view(prepared).substr(begin)) != std::string::npos,
              "the text behind AS is the client's own");
        check(prepared.size() <= text.size(), "blanks stand for what was in front, and no more");
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
    const tree_ptr tree = parse(text_to_parse(text, {}).value());  // integers of PostgreSQL 16 among them
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
    const sql_uses_ptr uses = read_query_facts(text).uses;
    check_against_grammar(text, facts, uses);
    check_prepared_texts(text, facts.uses);
    check_prepared_texts(text, uses);
    check_text_to_parse(text);
    check_plain(text);
    check_tokens(text);
    check_name(text);
    return 0;
}
