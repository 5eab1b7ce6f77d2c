#include "proxy/session/query_plan.hpp"

#include <gtest/gtest.h>

namespace pgsidecar::test {
namespace {

TEST(QueryPlanAlone, WithoutStatementsEachIsTheClients) {
    query_plan plan;
    const auto done = plan.complete();
    EXPECT_TRUE(done.is_clients);
    EXPECT_EQ(done.state, nullptr);
    EXPECT_EQ(done.use, nullptr);
    EXPECT_FALSE(plan.has_ours());
}

TEST(QueryPlanAlone, OursAreNotCountedAsTheClients) {
    query_plan plan;
    plan.add({.verb = state_verb::reset, .name = "timezone"});
    plan.add_ours(2, 14, 20);
    plan.add({.verb = state_verb::other});
    auto uses = std::make_shared<sql_uses>();
    uses->list = {{.verb = sql_verb::deallocate, .statement = 1, .name = "a"}};
    plan.set_uses(uses);
    EXPECT_EQ(plan.complete().state->name, "timezone");
    EXPECT_FALSE(plan.complete().is_clients);
    EXPECT_FALSE(plan.complete().is_clients);
    const auto last = plan.complete();
    EXPECT_TRUE(last.is_clients);
    ASSERT_NE(last.use, nullptr) << "the second of the client's";
    EXPECT_EQ(last.use->name, "a");
    EXPECT_TRUE(plan.complete().is_clients) << "more than there are say nothing";
}

TEST(QueryPlanAlone, EachUseIsMetOnce) {
    query_plan plan;
    auto uses = std::make_shared<sql_uses>();
    uses->list = {{.verb = sql_verb::deallocate, .statement = 0, .name = "a"},
                  {.verb = sql_verb::deallocate, .statement = 2, .name = "b"}};
    plan.set_uses(uses);
    EXPECT_EQ(plan.complete().use->name, "a");
    EXPECT_EQ(plan.complete().use, nullptr);
    EXPECT_EQ(plan.complete().use->name, "b");
    EXPECT_EQ(plan.complete().use, nullptr);
}

TEST(QueryPlanAlone, PositionsAreThoseOfTheClientsText) {
    query_plan plan;
    plan.add({});
    plan.add_ours(1, 10, 5);
    plan.add({});
    plan.add_ours(1, 20, 7);
    EXPECT_EQ(plan.position_of_client(10), 10U);
    EXPECT_EQ(plan.position_of_client(11), 10U) << "inside ours: where it stands";
    EXPECT_EQ(plan.position_of_client(15), 10U);
    EXPECT_EQ(plan.position_of_client(16), 11U);
    EXPECT_EQ(plan.position_of_client(25), 20U);
    EXPECT_EQ(plan.position_of_client(40), 28U);
}

}  // namespace
}  // namespace pgsidecar::test
