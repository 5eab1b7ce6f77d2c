#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// A transaction whose statements take turns: from its second Parse on, each stands under a name of ours.
namespace pgsidecar::test {
namespace {

const std::string done = be::bind_complete() + be::command_complete("UPDATE 1");
const std::string put = be::close_complete() + be::parse_complete();

std::string parsed(const std::string& name, const std::string& sql) {
    return fe::close_statement(name) + fe::parse(name, sql);
}
std::string run(const std::string& name) { return fe::bind(name) + fe::execute(); }

conversation knows_two() { return conversation().knows("a", "update a").knows("b", "update b"); }

/// `a` has been parsed twice, and stands as psc_1 from then on; `b` stays in the unnamed slot.
conversation& take_turns(conversation& c, char status = 'T') {
    return c.client_sends({run("a"), run("b"), run("a"), run("b"), fe::sync()})
        .server_gets({fe::parse("", "update a"), run(""), fe::parse("", "update b"), run(""),
                      parsed("psc_1", "update a"), run("psc_1"), run(""), fe::sync()})
        .server_sends(
            {be::parse_complete(), done, be::parse_complete(), done, put, done, done, be::ready(status)})
        .client_gets({done, done, done, done, be::ready(status)});
}

/// `a` is closed and parsed under a name, and the block goes on.
void check_parsed(conversation& c, const std::string& as = "psc_1") {
    c.client_sends({run("a"), fe::sync()})
        .server_gets({parsed(as, "update a"), run(as), fe::sync()})
        .server_sends({put, done, be::ready('T')})
        .client_gets({done, be::ready('T')})
        .stays_open()
        .check();
}

conversation& runs(conversation& c, const std::string& name, const std::string& as, char status = 'T') {
    return c.client_sends({run(name), fe::sync()})
        .server_gets({run(as), fe::sync()})
        .server_sends({done, be::ready(status)})
        .client_gets({done, be::ready(status)});
}

TEST(Residents, StatementsThatTakeTurnsGetNames) {
    auto c = knows_two();
    take_turns(c.in_block());
    runs(c, "a", "psc_1");
    runs(c, "b", "");
    runs(c, "a", "psc_1").stays_open().check();
}

TEST(Residents, AlsoInASegmentOutsideABlock) {
    auto c = knows_two();
    take_turns(c, 'I').check();
}

TEST(Residents, TheNextTransactionBeginsAnew) {
    auto c = knows_two();
    take_turns(c, 'I');
    take_turns(c, 'I').check();
}

TEST(Residents, ANamedTwinIsTheSame) {
    conversation()
        .knows("a", "update a")
        .knows("twin", "update a")
        .client_sends({run("a"), run("twin"), fe::sync()})
        .server_gets({fe::parse("", "update a"), run(""), run(""), fe::sync()})
        .server_sends({be::parse_complete(), done, done, be::ready('I')})
        .client_gets({done, done, be::ready('I')})
        .check();
}

TEST(Residents, TwinsTakeTurnsAsOne) {
    conversation()
        .knows("a", "update a")
        .knows("b", "update b")
        .knows("twin", "update a")
        .client_sends({run("a"), run("b"), run("twin"), run("b"), run("a"), fe::sync()})
        .server_gets({fe::parse("", "update a"), run(""), fe::parse("", "update b"), run(""),
                      parsed("psc_1", "update a"), run("psc_1"), run(""), run("psc_1"), fe::sync()})
        .server_sends(
            {be::parse_complete(), done, be::parse_complete(), done, put, done, done, done, be::ready('I')})
        .client_gets({done, done, done, done, done, be::ready('I')})
        .check();
}

TEST(Residents, NotIfItWasBornAnother) {
    const columns other{{"b", type::int8}};
    const std::string bound = be::bind_complete() + be::command_complete("SELECT 0");
    const auto changed = be::error("0A000", "cached plan must not change result type",
                                   {{'F', "plancache.c"}, {'R', "RevalidateCachedQuery"}});
    conversation()
        .knows("a", "select a", {.columns = one_column})
        .knows("later", "select a", {.columns = other})
        .client_sends({run("a"), run("later"), fe::sync()})
        .server_gets({fe::parse("", "select a"), fe::describe_statement(""), run(""),
                      fe::parse("", "select a"), fe::describe_statement(""), run(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), bound, be::parse_complete(),
                       be::description(one_column), bound, be::ready('I')})
        .client_gets({bound, changed, be::ready('I')})
        .check();
}

TEST(Residents, TheClientsUnnamedStatementGetsNone) {  // an error would quote it
    conversation()
        .knows("a", "update a")
        .client_sends({fe::parse("", "update b"), run(""), run("a"), run(""), fe::sync()})
        .server_gets({fe::parse("", "update b"), run(""), fe::parse("", "update a"), fe::bind(""),
                      fe::execute(), fe::parse("", "update b"), run(""), fe::sync()})
        .server_sends({be::parse_complete(), done, be::parse_complete(), done, be::parse_complete(), done,
                       be::ready('I')})
        .client_gets({be::parse_complete(), done, done, done, be::ready('I')})
        .check();
}

TEST(Residents, ANamedOneIsDescribedAndCheckedThere) {
    const birth rows{.columns = one_column};
    const std::string ran = be::bind_complete() + be::data_row({"1"}) + be::command_complete("SELECT 1");
    conversation()
        .knows("a", "select a", rows)
        .knows("b", "select b", rows)
        .client_sends({run("a"), run("b"), run("a"), fe::describe_statement("a"), fe::sync()})
        .server_gets({fe::parse("", "select a"), fe::describe_statement(""), run(""),
                      fe::parse("", "select b"), fe::describe_statement(""), run(""),
                      parsed("psc_1", "select a"), fe::describe_statement("psc_1"), run("psc_1"),
                      fe::describe_statement("psc_1"), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), ran, be::parse_complete(),
                       be::description(one_column), ran, put, be::description(one_column), ran,
                       be::description(one_column), be::ready('I')})
        .client_gets({ran, ran, ran, be::description(one_column), be::ready('I')})
        .check();
}

TEST(Residents, WhatHasBeenSkippedIsNotThere) {
    const auto failed = be::error("22012", "division by zero");
    auto c = knows_two();
    c.in_block()
        .client_sends({run("a"), run("b"), run("a"), fe::sync()})
        .server_gets({fe::parse("", "update a"), run(""), fe::parse("", "update b"), run(""),
                      parsed("psc_1", "update a"), run("psc_1"), fe::sync()})
        .server_sends(
            {be::parse_complete(), done, be::parse_complete(), be::bind_complete(), failed, be::ready('E')})
        .client_gets({done, be::bind_complete(), failed, be::ready('E')})
        .passes({fe::query("ROLLBACK TO s")}, {be::command_complete("ROLLBACK"), be::ready('T')});
    check_parsed(c);
}

TEST(Residents, WhatMayDeallocateAllIsNotTrusted) {
    const std::string does = fe::parse("", "DO ''") + fe::bind("") + fe::execute();
    const std::string did = be::parse_complete() + be::bind_complete() + be::command_complete("DO");
    auto by_query = knows_two();
    take_turns(by_query.in_block())
        .passes({fe::query("DO ''")}, {be::command_complete("DO"), be::ready('T')});
    check_parsed(by_query, "psc_1");
    auto by_execute = knows_two();
    take_turns(by_execute.in_block()).passes({does, fe::sync()}, {did, be::ready('T')});
    check_parsed(by_execute, "psc_2");
}

TEST(Residents, ThereAreEightNames) {
    conversation c;
    const auto name = [](int i) { return std::string(1, static_cast<char>('a' + i)); };
    for (int i = 0; i < 9; ++i) c.knows(name(i), "update " + name(i));
    for (int turn = 0; turn < 2; ++turn)
        for (int i = 0; i < 9; ++i) {
            const std::string sql = "update " + name(i), ours = "psc_" + std::to_string(1 + i % 8);
            if (turn == 0 && i == 0) c.in_block();
            c.client_sends({run(name(i)), fe::sync()});
            if (turn == 1 && i == 8)  // is still in the unnamed slot
                c.server_gets({run(""), fe::sync()}).server_sends({done, be::ready('T')});
            else if (turn == 0)
                c.server_gets({fe::parse("", sql), run(""), fe::sync()})
                    .server_sends({be::parse_complete(), done, be::ready('T')});
            else
                c.server_gets({parsed(ours, sql), run(ours), fe::sync()})
                    .server_sends({put, done, be::ready('T')});
            c.client_gets({done, be::ready('T')});
        }
    c.stays_open().check();
}

TEST(Residents, AClientMayUseOurNames) {
    auto c = knows_two();
    take_turns(c.in_block())
        .client_sends({fe::bind("psc_1"), fe::sync()})  // which it does not have
        .server_gets({fe::close_statement("psc_1"), fe::bind("psc_1"), fe::sync()})
        .server_sends({be::close_complete(), be::error("26000", "psc_1"), be::ready('E')})
        .client_gets({be::error("26000", "psc_1"), be::ready('E')})
        .passes({fe::query("ROLLBACK TO s")}, {be::command_complete("ROLLBACK"), be::ready('T')});
    check_parsed(c);
}

}  // namespace
}  // namespace pgsidecar::test
