#include "proxy/sql/plain_statement.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "proxy/sql/sql_grammar.hpp"

namespace pgsidecar {
namespace {

// As PostgreSQL's catalog has them; written by tests/integration/catalog.
constexpr auto plain_functions = std::to_array<std::string_view>({
#include "proxy/sql/plain_functions.inc"
});
constexpr auto plain_operators = std::to_array<std::string_view>({
#include "proxy/sql/plain_operators.inc"
});

/// The nodes of nodes/parsenodes.h and nodes/primnodes.h that only read. What later grammars add is not here.
constexpr auto reading_nodes = std::to_array<std::string_view>({
    "A_ArrayExpr",      "A_Const",           "A_Expr",       "A_Indices",      "A_Indirection",
    "A_Star",           "BoolExpr",          "BooleanTest",  "CTECycleClause", "CTESearchClause",
    "CaseExpr",         "CaseWhen",          "CoalesceExpr", "CollateClause",  "ColumnDef",
    "ColumnRef",        "CommonTableExpr",   "FuncCall",     "GroupingFunc",   "GroupingSet",
    "Integer",          "JoinExpr",          "List",         "LockingClause",  "MinMaxExpr",
    "NamedArgExpr",     "NullTest",          "ParamRef",     "RangeFunction",  "RangeSubselect",
    "RangeTableFunc",   "RangeTableFuncCol", "RangeVar",     "ResTarget",      "RowExpr",
    "SQLValueFunction", "SelectStmt",        "SortBy",       "String",         "SubLink",
    "TypeCast",         "VariableShowStmt",  "WindowDef",    "XmlExpr",        "XmlSerialize",
});

static_assert(std::is_sorted(plain_functions.begin(), plain_functions.end()));
static_assert(std::is_sorted(plain_operators.begin(), plain_operators.end()));
static_assert(std::is_sorted(reading_nodes.begin(), reading_nodes.end()));

bool contains(const auto& sorted, std::string_view name) {
    return std::binary_search(sorted.begin(), sorted.end(), name);
}

/// The text of a String that stands in a list.
std::string_view string_in(const sql_tree& tree, const sql_node& item) {
    const sql_node* const node = tree.first_in(item);
    const sql_node* const field = node && node->name == "String" ? tree.first_in(*node) : nullptr;
    return field && field->name == "sval" ? field->text : std::string_view();
}

/// [name] or [pg_catalog, name].
bool names_one_of(const auto& plain, const sql_tree& tree, const sql_node& list) {
    const sql_node* name = tree.first_in(list);
    if (name && string_in(tree, *name) == "pg_catalog" && tree.behind(*name, list))
        name = tree.behind(*name, list);
    return name && !tree.behind(*name, list) && contains(plain, string_in(tree, *name));
}

/// Of the node or field alone: what is in it is looked at by itself.
bool reads(const sql_tree& tree, const sql_node& node) {
    if (node.name.empty()) return true;
    if (node.name.front() >= 'A' && node.name.front() <= 'Z') return contains(reading_nodes, node.name);
    if (node.name == "funcname") return names_one_of(plain_functions, tree, node);
    if (node.name == "operName" || node.name == "useOp" || (node.name == "name" && node.is_list))
        return names_one_of(plain_operators, tree, node);
    return node.name != "intoClause";
}

}  // namespace

bool is_plain(byte_view sql, sql_reading reading) {
    const auto tree = parse_sql(sql, reading);
    return tree && std::all_of(tree->nodes().begin(), tree->nodes().end(),
                               [&](const sql_node& node) { return reads(*tree, node); });
}

}  // namespace pgsidecar
