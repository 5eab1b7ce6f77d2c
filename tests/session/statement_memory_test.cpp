#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// What a client's statements take is bounded in bytes, for the client and for all of its worker.
namespace pgsidecar::test {
namespace {

const std::string forced_failure = fe::close_statement("psc_refuse") + fe::bind("psc_refuse");
const std::string failed = be::close_complete() + be::error("26000", "psc_refuse");
const std::string too_much =
    be::error("53400", "too much memory for prepared statements",
              {{'H', "Deallocate some, or raise max_statement_memory of pgsidecar."}});

const std::string half = "select '" + std::string(5'000, 'x') + "'";
const std::string other_half = "select '" + std::string(5'000, 'y') + "'";

conversation half_full() { return conversation().max_statement_memory(10'000).knows("a", half); }

TEST(StatementMemory, OneMoreParseFailsAndTheRestServe) {
    half_full()
        .client_sends({fe::parse("b", other_half), fe::sync()})
        .server_gets({forced_failure, fe::sync()})
        .server_sends({failed, be::ready('I')})
        .client_gets({too_much, be::ready('I')})
        .client_sends({fe::close_statement("a"), fe::sync()})
        .client_gets({be::close_complete(), be::ready('I')})
        .client_sends({fe::parse("b", other_half), fe::sync()})
        .server_gets({fe::parse("", other_half), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), be::ready('I')})
        .client_gets({be::parse_complete(), be::ready('I')})
        .check_in_pieces({0, 100});
}

TEST(StatementMemory, APrepareCountsWithItsText) {
    for (const std::string& text : {"PREPARE b AS " + other_half, "select 1; PREPARE b AS " + other_half})
        half_full()
            .client_sends({fe::query(text)})
            .server_gets({forced_failure, fe::flush()})
            .server_sends({failed})
            .client_gets({too_much})
            .server_gets({fe::sync()})
            .server_sends({be::ready('I')})
            .client_gets({be::ready('I')})
            .check_in_pieces({0, 1'000});
}

TEST(StatementMemory, WhatWasTakenBackTakesNone) {
    auto c = conversation().max_statement_memory(10'000);
    c.client_sends({fe::parse("a", half), fe::sync()})
        .server_gets({fe::parse("", half), fe::describe_statement(""), fe::sync()})
        .server_sends({be::error("42601", "bad"), be::ready('I')})
        .client_gets({be::error("42601", "bad"), be::ready('I')});
    for (const char* name : {"a", "b", "c"})
        c.knows(name, half)
            .passes({fe::query("DEALLOCATE ALL")}, {be::command_complete("DEALLOCATE ALL"), be::ready('I')});
    c.check_in_pieces({0, 1'000});
}

TEST(StatementMemory, TheUnnamedStatementDoesNotCount) {
    half_full()
        .passes({fe::parse("", other_half), fe::describe_statement(""), fe::sync()},
                {be::parse_complete(), be::description(one_column), be::ready('I')})
        .check_in_pieces({0, 1'000});
}

TEST(StatementMemory, OfTheWholeWorker) {
    text_pool texts;
    const auto held = texts.intern(std::string(20'000, 'x'), {});
    EXPECT_GE(texts.memory(), 20'000U);
    server_link link(pooler_kind::pgbouncer_1_18);
    session s(texts, {.max_worker_statement_memory = 20'000}, link);
    const std::string parse = fe::parse("b", "select 1");
    EXPECT_EQ(s.on_client_bytes(parse), parse.size());
    EXPECT_EQ(s.to_server().str(), forced_failure);
    EXPECT_EQ(s.counters().provoked_failures[provoked::e53400], 1U);
}

TEST(StatementMemory, IsGivenBackWithTheLastUser) {
    text_pool texts;
    auto text = texts.intern(std::string(std::size_t{1} << 20, 'x'), {});
    auto birth = texts.intern_birth("types", std::string(1'000, 's'));
    EXPECT_FALSE(texts.take_large_release());
    text = nullptr;
    birth = nullptr;
    EXPECT_EQ(texts.memory(), 0U);
    for (int i = 0; i < 32; ++i) texts.intern(std::string(std::size_t{1} << 20, 'x'), {});
    EXPECT_TRUE(texts.take_large_release());
    EXPECT_FALSE(texts.take_large_release());
}

/// 2,000 of them, with names of 256 KiB, in one transaction.
TEST(StatementMemory, PortalsThatAreClosedAreForgotten) {
    text_pool texts;
    server_link link(pooler_kind::pgbouncer_1_18);
    session s(texts, {}, link);
    const auto client_sends = [&](const std::string& bytes) {
        ASSERT_EQ(s.on_client_bytes(bytes), bytes.size());
        s.to_server().clear();
    };
    client_sends(fe::parse("", "DEALLOCATE ALL"));
    for (int i = 0; i < 2'000; ++i) {
        const std::string portal = std::to_string(i) + std::string(1'000, 'p');
        client_sends(fe::bind("", {.portal = portal}));
        EXPECT_EQ(s.remembered_portals(), 1U);
        client_sends(fe::close_portal(portal));
        EXPECT_EQ(s.remembered_portals(), 0U);
    }
}

TEST(StatementMemory, PortalsThatAreNotClosedAreBounded) {
    text_pool texts;
    server_link link(pooler_kind::pgbouncer_1_18);
    session s(texts, {.max_statement_memory = 10'000}, link);
    const auto client_sends = [&](const std::string& bytes) {
        ASSERT_EQ(s.on_client_bytes(bytes), bytes.size());
        s.to_server().clear();
    };
    client_sends(fe::parse("", "DEALLOCATE ALL"));
    for (int i = 0; i < 2'000; ++i) client_sends(fe::bind("", {.portal = std::to_string(i)}));
    EXPECT_LT(s.remembered_portals(), 100U);
    EXPECT_GT(s.counters().provoked_failures[provoked::e53400], 0U);
}

}  // namespace
}  // namespace pgsidecar::test
