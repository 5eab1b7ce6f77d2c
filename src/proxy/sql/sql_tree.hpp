#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace pgsidecar {

/// A node of a parse tree, a field of one, or an item of a list. Names are those of libpg_query's JSON: of a
/// node its kind in nodes/parsenodes.h (SelectStmt), of a field its own there (intoClause).
struct sql_node {
    std::string_view name{};  ///< empty: an item
    std::string_view text{};  ///< of a string; of a number or true as written
    bool is_list = false;
    std::size_t end = 0;  ///< behind all that is in it, in sql_tree::nodes()
};

/// The parse tree of a text, each node in front of all that is in it: a walk over it needs no recursion, and
/// no depth of the tree takes stack.
class sql_tree {
public:
    /// From libpg_query's JSON, in one pass; nothing where it is none.
    static std::optional<sql_tree> read(std::string_view json);

    sql_tree(sql_tree&&) = default;
    sql_tree& operator=(sql_tree&&) = default;

    const std::vector<sql_node>& nodes() const { return nodes_; }

    /// What stands in a node directly, the first one and then each behind it; null: no more of them.
    const sql_node* first_in(const sql_node& node) const;
    const sql_node* behind(const sql_node& one, const sql_node& in) const;

private:
    class reader;
    explicit sql_tree(std::string_view json) : json_(json.begin(), json.end()) {}

    std::vector<char> json_;  // what the nodes show, without escapes
    std::vector<sql_node> nodes_;
};

}  // namespace pgsidecar
