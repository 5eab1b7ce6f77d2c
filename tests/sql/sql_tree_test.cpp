#include "proxy/sql/sql_tree.hpp"

#include <gtest/gtest.h>

namespace pgsidecar {
namespace {

/// As it was written, but for lists' brackets and the names of items.
std::string told(const sql_tree& tree, const sql_node& node) {
    std::string out(node.name);
    if (!node.text.empty()) return out.append("=").append(node.text);
    out += node.is_list ? "[" : "{";
    for (const sql_node* one = tree.first_in(node); one; one = tree.behind(*one, node))
        out.append(" ").append(told(tree, *one));
    return out + (node.is_list ? " ]" : " }");
}

std::string told(std::string_view json) {
    const auto tree = sql_tree::read(json);
    return tree ? told(*tree, tree->nodes().front()) : "none";
}

TEST(SqlTree, NodesStandInFrontOfWhatIsInThem) {
    EXPECT_EQ(told(R"({"version":15,"stmts":[{"stmt":{"A":{"all":true}}},{}]})"),
              "{ version=15 stmts[ { stmt{ A{ all=true } } } { } ] }");
    EXPECT_EQ(told(R"({"a":[],"b":["x",["y"]]})"), "{ a[ ] b[ =x [ =y ] ] }");
}

TEST(SqlTree, HasNoEscapes) {
    EXPECT_EQ(told(R"({"a":"\u003c\u003E\"\\\/","b":"\n"})"), "{ a=<>\"\\/ b=\n }");
    EXPECT_EQ(told("{\"a\":\"m\xe9\"}"), "{ a=m\xe9 }");
}

TEST(SqlTree, IsNoneWhereAnythingIsMissing) {
    for (const char* json : {"",
                             "{",
                             "}",
                             "[}",
                             "{]",
                             R"({"a":)",
                             R"({"a":})",
                             R"({"a)",
                             R"({"a":"b)",
                             R"({"a\)",
                             R"({"a":"\q"})",
                             R"({"a":"\u00"})",
                             R"({"a":"\u00zz"})",
                             R"({"a":"\u00e9"})",
                             R"({"a":"b":1})",
                             R"({1})",
                             R"(["a":1])",
                             R"({"a":1}{})",
                             R"({"":1})",
                             ":",
                             ",",
                             "[:]"})
        EXPECT_EQ(told(json), "none") << json;
}

TEST(SqlTree, MayBeAsDeepAsItLikes) {
    const std::size_t levels = 1'000'000;
    const auto tree = sql_tree::read(std::string(levels, '[') + std::string(levels, ']'));
    ASSERT_TRUE(tree);
    EXPECT_EQ(tree->nodes().size(), levels);
    EXPECT_EQ(tree->nodes().front().end, levels);
}

}  // namespace
}  // namespace pgsidecar
