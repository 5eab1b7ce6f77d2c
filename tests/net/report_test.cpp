#include "proxy/net/report.hpp"

#include <gtest/gtest.h>

#include "proxy/net/pool_names.hpp"

namespace pgsidecar::net::test {
namespace {

report one(std::uint64_t hash, std::uint64_t calls) {
    report out;
    out.counts.totals.connections = 1;
    out.counts.totals.endings[ending::client] = 2;
    out.counts.totals.first_byte.observe(std::chrono::milliseconds{1});
    out.counts.sessions[session_state::idle] = 3;
    out.sessions.push_back({});
    out.statements.push_back({hash, {.sql = std::make_shared<const std::string>("select"), .calls = calls}});
    return out;
}

TEST(Report, AddsUp) {
    report sum;
    for (const std::uint64_t hash : {5, 3, 5}) sum += one(hash, hash);
    EXPECT_EQ(sum.counts.totals.connections, 3U);
    EXPECT_EQ(sum.counts.totals.endings[ending::client], 6U);
    EXPECT_EQ(sum.counts.totals.first_byte.sum(), 3'000'000U);
    EXPECT_EQ(sum.counts.sessions[session_state::idle], 9U);
    EXPECT_EQ(sum.sessions.size(), 3U);
}

TEST(Report, ATextThatSeveralWorkersKnowIsOne) {
    report sum;
    for (const std::uint64_t hash : {5, 3, 5}) sum += one(hash, hash);
    ASSERT_EQ(sum.statements.size(), 2U);
    EXPECT_EQ(sum.statements[0].usage.calls, 3U);
    EXPECT_EQ(sum.statements[1].usage.calls, 10U);
}

TEST(PoolNames, OneHistoryForEachUserAndDatabase) {
    pool_names names;
    const auto first = names.of("a", "b");
    EXPECT_EQ(first, names.of("a", "b"));
    EXPECT_NE(first, names.of("b", "a"));
}

TEST(PoolNames, KeepsWhatIsInUseWhenItIsFull) {
    pool_names names;
    const auto used = names.of("used", "d");
    used->parse("s", "select 1", {});
    for (int i = 0; i < 300; ++i) names.of("u" + std::to_string(i), "d");
    EXPECT_EQ(names.of("used", "d"), used);
}

}  // namespace
}  // namespace pgsidecar::net::test
