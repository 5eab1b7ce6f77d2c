#include "model/pooler.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/frontend_builders.hpp"

// What the model would not let a proxy do: a fault that it does not see could hide in the engine.

namespace pgsidecar::model {
namespace {

namespace fe = test::fe;
namespace be = test::be;
using faults = std::vector<std::string>;
using does = sql_command::kind;
using enum pooler_kind;

const catalog texts =
    with_transactions({{"select 1", {.does = does::rows, .columns = {{"n", test::type::int4}}}},
                       {"insert", {.tag = "INSERT 0 1", .writes = true}},
                       {"copy in", {.does = does::copy_in}}});

/// One that has been sent `bytes` at once, and whose replies have arrived.
struct played {
    played(pooler_kind kind, const std::string& bytes) : pooler(texts, kind) { send(bytes); }

    void send(const std::string& bytes) {
        pooler.receive(bytes);
        while (pooler.process_one()) {}
        pooler.flush();
        for (const std::string& reply : pooler.take_replies()) {
            pooler.delivered(reply);
            replies += reply;
        }
    }

    model::pooler pooler;
    std::string replies;
};

/// Without the message that each names.
faults faults_of(pooler_kind kind, const std::string& bytes) {
    faults out = played(kind, bytes).pooler.faults();
    for (std::string& fault : out) fault.resize(std::min(fault.size(), fault.find(": ")));
    return out;
}

const std::string begin_select = fe::parse("", "select 1") + fe::bind("") + fe::execute() + fe::sync();

TEST(Pooler, AWellBehavedTransactionIsNoFault) {
    for (const pooler_kind kind : {pgbouncer_1_18, tracks_requests, direct}) {
        const played p(kind, begin_select);
        EXPECT_EQ(p.pooler.faults(), faults{});
        EXPECT_TRUE(p.pooler.idle());
        EXPECT_EQ(p.replies, be::parse_complete() + be::bind_complete() + be::data_row({"select 1"}) +
                                 be::command_complete("SELECT 1") + be::ready('I'));
    }
}

TEST(Pooler, WhatStandsOnALentServerMayBeAnotherClients) {
    const faults used{"uses statement \"a\" of another client"};
    for (const std::string& bytes :
         {fe::bind("a") + fe::sync(), fe::describe_statement("a") + fe::sync(), fe::query("execute a"),
          fe::parse("a", "select 1") + fe::sync(), fe::parse("", "execute a") + fe::sync()}) {
        EXPECT_EQ(faults_of(pgbouncer_1_18, bytes), used);
        EXPECT_EQ(faults_of(direct, bytes), faults{});
    }
    EXPECT_EQ(faults_of(pgbouncer_1_18, fe::close_statement("a") + fe::parse("a", "select 1") + fe::sync()),
              faults{});
}

TEST(Pooler, NamesAreForgottenWithTheServer) {
    const std::string once = fe::close_statement("a") + fe::parse("a", "select 1") + fe::sync();
    for (const pooler_kind kind : {pgbouncer_1_18, tracks_requests}) {
        played p(kind, once);
        p.send(fe::bind("a") + fe::sync());
        EXPECT_EQ(p.pooler.faults().size(), 1U);
    }
}

TEST(Pooler, OnlyPgBouncer118GivesAServerAwayInFrontOfWhatHasBeenSent) {
    const faults behind(4, "sent behind what ends the transaction");
    EXPECT_EQ(faults_of(pgbouncer_1_18, begin_select + begin_select), behind);
    EXPECT_EQ(faults_of(tracks_requests, begin_select + begin_select), faults{});
    EXPECT_EQ(faults_of(direct, begin_select + begin_select), faults{});
}

TEST(Pooler, AServerIsNotTakenForNothing) {
    EXPECT_EQ(faults_of(pgbouncer_1_18, fe::flush()), faults{"nothing un-synced in front of it"});
    EXPECT_EQ(faults_of(pgbouncer_1_18, fe::copy_done()), faults{"copy data outside a copy"});
}

TEST(Pooler, AFailedCopyMayBeFollowedByItsRest) {
    for (const pooler_kind pooler : {pgbouncer_1_18, tracks_requests, direct}) {
        played p(pooler, fe::query("copy in"));
        for (const std::string& message : {fe::copy_data("bad\n"), fe::copy_data("1\n"), fe::copy_done()})
            p.send(message);
        EXPECT_EQ(p.pooler.faults(), faults{});
        EXPECT_TRUE(p.pooler.idle());
    }
}

TEST(Pooler, NobodyLeavesInATransaction) {
    for (const pooler_kind pooler : {pgbouncer_1_18, direct}) {
        played p(pooler, fe::query("BEGIN"));
        p.send(fe::terminate());
        EXPECT_EQ(p.pooler.faults().size(), 1U);
    }
    played p(pgbouncer_1_18, begin_select);
    p.send(fe::terminate());
    EXPECT_EQ(p.pooler.faults(), faults{});
}

TEST(Pooler, ABoundaryThatIsSkippedWouldBeWaitedForForEver) {
    EXPECT_EQ(faults_of(pgbouncer_1_18, fe::parse("", "not sql") + fe::query("select 1")),
              faults{"a boundary is skipped, and the pooler waits for its ReadyForQuery for ever"});
}

TEST(Pooler, WhatIsRolledBackHasNotBeenCommitted) {
    const std::string inserted = fe::query("insert");
    const auto committed = [](const std::string& bytes) { return played(direct, bytes).pooler.committed(); };
    EXPECT_EQ(committed(inserted), faults{"insert"});
    EXPECT_EQ(committed(fe::query("BEGIN") + inserted + fe::query("COMMIT")), faults{"insert"});
    EXPECT_EQ(committed(fe::query("BEGIN") + inserted + fe::query("ROLLBACK")), faults{});
    EXPECT_EQ(committed(fe::query("BEGIN") + inserted + fe::query("not sql") + fe::query("COMMIT")),
              faults{});
    EXPECT_EQ(committed(fe::parse("", "insert") + fe::bind("") + fe::execute() + fe::parse("", "not sql") +
                        fe::sync()),
              faults{});
}

TEST(ParseSql, KnowsThePrepareFamilyOfAnyName) {
    const auto one = [](byte_view text) { return parse_sql(texts, text).value().at(0); };
    EXPECT_EQ(one("PREPARE a(int, text) AS select 1").prepared, "select 1");
    EXPECT_EQ(one("prepare a(int, text) as select 1").declared_types, (std::vector<oid>{25, 25}));
    EXPECT_EQ(one("execute \"A b\"('1', '2')").name, "A b");
    EXPECT_EQ(one("execute a('1', '2')").arguments.size(), 2U);
    EXPECT_EQ(one("deallocate " + std::string(70, 'n')).name, std::string(63, 'n'));
    EXPECT_FALSE(parse_sql(texts, "prepare a as BEGIN"));
    EXPECT_FALSE(parse_sql(texts, "select 1; not sql"));
    EXPECT_EQ(parse_sql(texts, "; BEGIN ;;COMMIT").value().size(), 2U);
    EXPECT_TRUE(parse_sql(texts, " ; ").value().empty());
}

}  // namespace
}  // namespace pgsidecar::model
