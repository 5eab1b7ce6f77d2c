#include "proxy/link/segment.hpp"

#include <gtest/gtest.h>

namespace pgsidecar::test {
namespace {

using enum statement_effect;

TEST(Segment, IsOpenFromItsFirstMessageToItsBoundary) {
    segment s;
    EXPECT_FALSE(s.is_open());
    s.begin();
    s.sends(request::parse);
    EXPECT_TRUE(s.is_open());
    EXPECT_TRUE(s.is_unflushed());
    s.flush();
    EXPECT_FALSE(s.is_unflushed());
    s.sends(request::sync);
    EXPECT_FALSE(s.is_open());
    EXPECT_FALSE(s.is_unflushed()) << "a Sync makes the server answer";
}

TEST(Segment, OnlyPreparesUntilSomethingIsBound) {
    segment s;
    s.begin();
    s.sends(request::parse);
    s.sends(request::describe_statement);
    s.sends(request::close);
    EXPECT_TRUE(s.only_prepares());
    s.sends(request::bind);
    EXPECT_FALSE(s.only_prepares());
    s.sends(request::sync);
    s.begin();
    s.sends(request::close);
    EXPECT_TRUE(s.only_prepares()) << "another segment";
}

TEST(Segment, TheMostThatHasBeenExecutedCounts) {
    segment s;
    s.begin();
    s.executes(undone);
    s.executes(none);
    EXPECT_EQ(s.executed(), undone);
    s.executes(lasting);
    EXPECT_EQ(s.executed(), lasting);
    s.begin();
    EXPECT_EQ(s.executed(), none);
}

TEST(Segment, AnExecuteOfAnotherPortalMayLast) {
    segment s;
    s.begin();
    s.binds("p", none);
    EXPECT_EQ(s.effect_of("p"), none);
    EXPECT_EQ(s.effect_of("q"), lasting);
    EXPECT_EQ(s.effect_of("p" + std::string(100, 'x')), lasting);
    s.begin();
    EXPECT_EQ(s.effect_of("p"), lasting) << "bound in another segment";
}

TEST(Segment, APortalIsFoundByTheFirstBytesOfItsName) {
    segment s;
    s.begin();
    s.binds(std::string(63, 'p') + "one", none);
    EXPECT_EQ(s.effect_of(std::string(63, 'p') + "two"), none);
}

TEST(Segment, AFlushSendsTheChecks) {
    segment s;
    s.begin();
    s.checks();
    EXPECT_FALSE(s.check_is_flushed());
    s.flush();
    EXPECT_TRUE(s.check_is_flushed());
}

}  // namespace
}  // namespace pgsidecar::test
