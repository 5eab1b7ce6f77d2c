#include "proxy/sql/sql_grammar.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace pgsidecar {
namespace {

std::vector<std::string> names_in(const sql_tree& tree, const sql_node& node) {
    std::vector<std::string> out;
    for (const sql_node* one = tree.first_in(node); one; one = tree.behind(*one, node))
        out.push_back(std::string(one->name) + (one->is_list ? "[]" : ""));
    return out;
}

const sql_node& named(const sql_tree& tree, std::string_view name) {
    const auto found = std::find_if(tree.nodes().begin(), tree.nodes().end(),
                                    [&](const sql_node& n) { return n.name == name; });
    if (found == tree.nodes().end()) throw std::out_of_range(std::string(name));
    return *found;
}

using names = std::vector<std::string>;

TEST(SqlGrammar, ShowsWhatStandsInEachNode) {
    const auto tree = parse_sql("select a + 1 from t; show b");
    ASSERT_TRUE(tree);
    EXPECT_EQ(names_in(*tree, tree->nodes().front()), (names{"version", "stmts[]"}));
    EXPECT_EQ(names_in(*tree, named(*tree, "stmts")), (names{"", ""}));
    EXPECT_EQ(names_in(*tree, named(*tree, "stmt")), (names{"SelectStmt"}));
    EXPECT_EQ(names_in(*tree, named(*tree, "SelectStmt")),
              (names{"targetList[]", "fromClause[]", "limitOption", "op"}));
    EXPECT_EQ(names_in(*tree, named(*tree, "A_Expr")),
              (names{"kind", "name[]", "lexpr", "rexpr", "location"}));
    EXPECT_EQ(names_in(*tree, named(*tree, "limitOption")), names{});
}

TEST(SqlGrammar, ShowsTextsAsTheyAre) {
    const auto first_string = [](byte_view sql) {
        const auto tree = parse_sql(sql);
        return std::string(named(tree.value(), "sval").text);
    };
    EXPECT_EQ(first_string("select 1 <@ 2"), "<@");
    EXPECT_EQ(first_string("select \"a\"\"b\\\" from t"), "a\"b\\");
    EXPECT_EQ(first_string("select m\xe9 from t"), "m\xe9");  // an encoding of single bytes
}

TEST(SqlGrammar, HasNoTreeOfWhatItRefuses) {
    for (const char* sql : {"selec 1", "select 'a", "select json_object('a': 1)"})
        EXPECT_FALSE(parse_sql(sql)) << sql;
}

TEST(SqlGrammar, FoldsUnicodeNames) {
    EXPECT_EQ(unicode_name("U&\"d\\0061t\""), "dat");
    EXPECT_EQ(unicode_name("U&\"d!0061t\" UESCAPE '!'"), "dat");
    EXPECT_EQ(unicode_name("U&\"\\zz\""), std::nullopt);
}

}  // namespace
}  // namespace pgsidecar
