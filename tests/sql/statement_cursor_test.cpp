#include "proxy/sql/statement_cursor.hpp"

#include <gtest/gtest.h>

namespace pgsidecar {
namespace {

/// What the cursor remembers of each statement.
std::vector<std::vector<std::string>> statements_of(byte_view sql) {
    std::vector<std::vector<std::string>> out;
    statement_cursor at(sql, {}, true);
    while (at.to_statement()) {
        at.to_end();
        out.emplace_back();
        for (const sql_token& t : at.remembered()) out.back().emplace_back(t.in(sql));
    }
    return out;
}
using statements = std::vector<std::vector<std::string>>;

TEST(StatementCursor, RemembersEachStatementWithItsOperators) {
    EXPECT_EQ(statements_of(";; RESET a.b /* . */ ;SET x=1;;UNLISTEN *"),
              (statements{{"RESET", "a", ".", "b"}, {"SET", "x", "=", "1"}, {"UNLISTEN", "*"}}));
    EXPECT_EQ(statements_of("SELECT -1 + /* c */ +2 *; a"),
              (statements{{"SELECT", "-", "1", "+", "+", "2", "*"}, {"a"}}));
    EXPECT_EQ(statements_of(" -- c\n;"), statements{});
}

TEST(StatementCursor, DoesNotEndInsideParenthesesAndBodies) {
    EXPECT_EQ(statements_of("a (b; c); d").size(), 2U);
    EXPECT_EQ(statements_of("CREATE f BEGIN ATOMIC SELECT CASE 1 END; SELECT 2; END; d").size(), 2U);
    EXPECT_EQ(statements_of("BEGIN; a; b; END").size(), 4U);
    EXPECT_EQ(statements_of("a) b; c; d").size(), 3U);
}

TEST(StatementCursor, OfALongStatementRemembersTheFirstTokensAndTheEnd) {
    std::string sql = "a";
    for (int i = 0; i < 100; ++i) sql += " a";
    statement_cursor at(sql, {}, true);
    ASSERT_TRUE(at.to_statement());
    at.to_end();
    ASSERT_EQ(at.remembered().size(), statement_cursor::max_remembered);
    EXPECT_EQ(at.remembered().back().end, sql.size());
}

TEST(StatementCursor, RemembersOnlyWhenAsked) {
    statement_cursor at("a b", {});
    ASSERT_TRUE(at.to_statement());
    at.to_end();
    EXPECT_TRUE(at.remembered().empty());
}

TEST(StatementCursor, TellsWhatItCouldNotRead) {
    statement_cursor open("a 'b", {});
    while (open.to_statement()) open.to_end();
    EXPECT_TRUE(open.is_refused());
    const std::string long_tag = "a $" + std::string(2000, 't') + "$";
    statement_cursor lost(long_tag, {});
    while (lost.to_statement()) lost.to_end();
    EXPECT_TRUE(lost.is_lost());
    statement_cursor few("a b c d e", {});
    few.look_at_no_more_than(3);
    ASSERT_TRUE(few.to_statement());
    few.to_end();
    EXPECT_TRUE(few.is_too_long());
    EXPECT_LT(few.token().begin, 5U);
}

}  // namespace
}  // namespace pgsidecar
