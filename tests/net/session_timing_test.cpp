#include "proxy/net/session_timing.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "support/backend_builders.hpp"
#include "support/frontend_builders.hpp"

namespace pgsidecar::net::test {
namespace {

using namespace std::chrono_literals;
namespace fe = pgsidecar::test::fe;
namespace be = pgsidecar::test::be;

std::uint64_t count(const histogram& of) {
    return std::accumulate(of.counts().begin(), of.counts().end(), std::uint64_t{0});
}

/// A session whose clock the test turns.
class Timing : public testing::Test {
protected:
    void client(std::chrono::nanoseconds at, byte_view bytes) {
        talk.on_client_bytes(bytes);
        timing.on_client_fed(talk, !talk.to_server().empty(), time_point(at));
        flush();
    }
    void server(std::chrono::nanoseconds at, byte_view bytes) {
        talk.on_server_bytes(bytes);
        timing.on_server_fed(talk, !talk.to_client().empty(), time_point(at));
        flush();
    }
    void flush() {
        talk.to_server().clear();
        talk.to_client().clear();
    }

    static constexpr const char* row = "1";
    statistics into;
    text_pool texts;
    server_link link{pooler_kind::pgbouncer_1_18};
    session talk{texts, {}, link};
    session_timing timing{into};
};

TEST_F(Timing, AQuery) {
    client(10ns, fe::query("select 1"));
    server(30ns, be::row_description(pgsidecar::test::one_column));
    server(70ns, be::data_row({row}) + be::command_complete("SELECT 1") + be::ready('I'));
    EXPECT_EQ(into.first_byte.sum(), 20U);
    EXPECT_EQ(into.transaction.sum(), 60U);
    EXPECT_EQ(into.server_held.sum(), 60U);
    EXPECT_EQ(count(into.first_byte), 1U);
    EXPECT_EQ(count(into.idle_in_transaction), 0U);
}

TEST_F(Timing, ABlockIsOneTransactionWithARequestForEachStatement) {
    client(0ns, fe::query("begin"));
    server(1ns, be::command_complete("BEGIN") + be::ready('T'));
    EXPECT_EQ(timing.since(), time_point(1ns));
    client(100ns, fe::query("commit"));
    server(103ns, be::command_complete("COMMIT") + be::ready('I'));
    EXPECT_EQ(count(into.first_byte), 2U);
    EXPECT_EQ(into.first_byte.sum(), 4U);
    EXPECT_EQ(into.idle_in_transaction.sum(), 99U);
    EXPECT_EQ(into.transaction.sum(), 103U);
    EXPECT_EQ(count(into.transaction), 1U);
}

TEST_F(Timing, TheServerIsFreeWhileTheClientHasYetToSync) {
    client(0ns, fe::bind("missing"));
    server(5ns, be::close_complete() + be::error("26000", "no") + be::ready('I'));
    client(50ns, fe::sync());
    EXPECT_EQ(into.server_held.sum(), 5U);
    EXPECT_EQ(into.transaction.sum(), 50U);
}

TEST_F(Timing, AClientThatLeavesEndsNoTransaction) {
    client(0ns, fe::query("begin"));
    server(1ns, be::command_complete("BEGIN") + be::ready('T'));
    client(5ns, fe::terminate());
    server(9ns, be::command_complete("ROLLBACK") + be::ready('I'));
    EXPECT_EQ(count(into.transaction), 0U);
    EXPECT_EQ(into.server_held.sum(), 9U);
}

TEST(Histogram, ABoundBelongsToItsBucket) {
    histogram h;
    h.observe(100us);
    h.observe(100us + 1ns);
    h.observe(1h);
    EXPECT_EQ(h.counts()[0], 1U);
    EXPECT_EQ(h.counts()[1], 1U);
    EXPECT_EQ(h.counts()[histogram::bounds.size()], 1U);
}

}  // namespace
}  // namespace pgsidecar::net::test
