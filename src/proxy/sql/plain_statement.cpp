#include "proxy/sql/plain_statement.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
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

/// libpg_query writes < and > so.
std::string without_escapes(std::string_view json) {
    std::string out;
    while (!json.empty()) {
        const bool less = json.starts_with("\\u003c"), escaped = less || json.starts_with("\\u003e");
        out += escaped ? (less ? '<' : '>') : json.front();
        json.remove_prefix(escaped ? 6 : 1);
    }
    return out;
}

bool contains(const auto& sorted, std::string_view name) {
    return std::binary_search(sorted.begin(), sorted.end(), name);
}

/// Goes over the keys of a tree: an upper-case one is the kind of a node, the others are its fields.
class tree_reader {
public:
    explicit tree_reader(std::string_view json) : rest_(json) {}

    bool only_reads() {
        while (to_next_string()) {
            const std::string_view key = string();
            if (take(":") && !reads(key)) return false;
        }
        return true;
    }

private:
    bool reads(std::string_view key) {
        if (key.front() >= 'A' && key.front() <= 'Z') return contains(reading_nodes, key);
        if (key == "funcname") return names_one_of(plain_functions);
        if (key == "operName" || key == "useOp" || (key == "name" && rest_.starts_with('[')))
            return names_one_of(plain_operators);
        return key != "intoClause";
    }

    /// [name] or [pg_catalog, name].
    bool names_one_of(const auto& plain) {
        if (!take("[")) return false;
        auto name = list_item();
        if (name == "pg_catalog" && take(",")) name = list_item();
        return name && take("]") && contains(plain, without_escapes(*name));
    }

    std::optional<std::string_view> list_item() {
        if (!take(R"({"String":{"sval":")")) return std::nullopt;
        const std::string_view item = string();
        return take("}}") ? std::optional(item) : std::nullopt;
    }

    bool to_next_string() {
        rest_.remove_prefix(std::min(rest_.find('"'), rest_.size()));
        return take("\"");
    }

    /// To the closing quote and over it; with its escapes.
    std::string_view string() {
        std::size_t end = 0;
        while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
        const std::string_view out = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return out;
    }

    bool take(std::string_view what) {
        if (!rest_.starts_with(what)) return false;
        rest_.remove_prefix(what.size());
        return true;
    }

    std::string_view rest_;
};

}  // namespace

bool is_plain(byte_view sql, sql_reading reading) {
    const auto tree = parse_sql(sql, reading);
    return tree && tree_reader(*tree).only_reads();
}

}  // namespace pgsidecar
