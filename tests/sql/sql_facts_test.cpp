#include "proxy/sql/sql_facts.hpp"

#include <gtest/gtest.h>

namespace pgsidecar {
namespace {

TEST(SqlFacts, AQuerysAreReadAtOnce) {
    const auto facts = read_query_facts("select 1; RESET ALL; EXECUTE n; DISCARD ALL");
    ASSERT_TRUE(facts.uses);
    ASSERT_EQ(facts.uses->list.size(), 2U);
    EXPECT_EQ(facts.uses->list[0].statement, 2U);
    EXPECT_EQ(facts.uses->statements, 4U);
    ASSERT_EQ(facts.state.size(), 4U);
    EXPECT_EQ(facts.state[0].verb, state_verb::other);
    EXPECT_EQ(facts.state[1].verb, state_verb::reset_all);
    EXPECT_EQ(facts.state[2].verb, state_verb::execute);
    EXPECT_EQ(facts.state[3].verb, state_verb::discard_all);
    EXPECT_FALSE(facts.copies_from_stdin);
}

TEST(SqlFacts, ACopyMayMentionOtherWords) {
    const auto facts = read_query_facts("copy \"execute\" from stdin; -- reset all");
    EXPECT_TRUE(facts.copies_from_stdin);
    EXPECT_FALSE(facts.uses);
    EXPECT_TRUE(facts.state.empty());
}

TEST(SqlFacts, AParseHasTheStateOfItsOnlyStatement) {
    const auto of = [](byte_view sql) { return read_sql_facts(sql).state; };
    ASSERT_EQ(of("RESET a").size(), 1U);
    EXPECT_EQ(of("RESET a").front().name, "a");
    ASSERT_EQ(of("DISCARD ALL;").size(), 1U);
    EXPECT_EQ(of("EXECUTE n(1)").front().verb, state_verb::execute);
    EXPECT_TRUE(of("RESET a; RESET b").empty());  // PostgreSQL refuses it
    EXPECT_TRUE(of("SET a TO 1").empty());
    EXPECT_TRUE(of("RESET a 'open").empty());
    EXPECT_TRUE(of("select 1").empty());
}

TEST(SqlFacts, NothingIsKnownBehindALostTag) {
    const std::string lost = "; select $" + std::string(2000, 't') + "$";
    ASSERT_TRUE(read_query_facts("EXECUTE n" + lost).uses);
    EXPECT_FALSE(read_query_facts("EXECUTE n" + lost).uses->known);
    EXPECT_TRUE(read_query_facts("RESET ALL" + lost).state.empty());
    EXPECT_FALSE(read_query_facts("copy t from stdin" + lost).copies_from_stdin);
}

}  // namespace
}  // namespace pgsidecar
