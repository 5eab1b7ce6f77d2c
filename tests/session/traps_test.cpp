#include <gtest/gtest.h>

#include "support/conversation.hpp"
#include "support/model_play.hpp"

/// The numbered traps that drivers set, where the engine has to do with them. Most are played on the model of
/// a server, which is another server after every ReadyForQuery 'I' and refuses what a pooler cannot bear.
namespace pgsidecar::test {
namespace {

using kind = sql_command::kind;
using messages = std::vector<std::string>;

sql_command rows(std::size_t n = 1, std::vector<oid> types = {}) {
    return {.does = kind::rows,
            .types = std::move(types),
            .columns = one_column,
            .altered = {{"?column?", type::text}},
            .rows = n};
}

catalog texts() {
    return with_transactions(
        {{"select 1", rows()},
         {"select 2", rows()},
         {"select $1", rows(1, {type::text})},
         {"select 5 rows", rows(5)},
         {"insert", {.tag = "INSERT 0 1"}},
         {"insert returning", {.does = kind::rows, .tag = "INSERT 0 1", .columns = one_column}},
         {"select 1/0", {.does = kind::fails_at_execute, .columns = one_column}},
         {"select nosuch", {.does = kind::fails_at_parse}},
         {"SAVEPOINT s", {.tag = "SAVEPOINT"}},
         {"RELEASE s", {.tag = "RELEASE"}},
         {"alter", {.does = kind::alter, .tag = "ALTER TABLE"}},
         {"copy from", {.does = kind::copy_in}}});
}

void expect_as_direct(const messages& sent) { test::expect_as_direct(texts(), sent); }

const std::string run = fe::execute() + fe::sync();
std::string prepare(const std::string& name, const std::string& sql) {
    return fe::parse(name, sql) + fe::sync();
}
std::string use(const std::string& name) { return fe::bind(name) + fe::describe_portal() + fe::execute(); }

TEST(Traps, A1OnlyAQueryAFailingUnnamedParseAndACloseDestroyTheUnnamedStatement) {
    for (const std::string& by :
         {fe::query("select 1"), fe::query(""), fe::query("not sql"),
          fe::parse("", "select nosuch") + fe::sync(), fe::close_statement("") + fe::sync(),
          fe::parse("n", "select nosuch") + fe::sync()})
        expect_as_direct({prepare("", "select 2"), by, use(""), fe::sync()});
}

TEST(Traps, A2TheUnnamedStatementSurvivesTheEndOfItsTransaction) {
    expect_as_direct({prepare("all", "DEALLOCATE ALL"), prepare("c", "COMMIT"), prepare("b", "BEGIN"),
                      use("b"), fe::sync(), prepare("", "select 2"), use("c"), fe::sync(), use(""),
                      fe::sync(), use("all"), fe::sync(), use(""), fe::sync(), fe::bind("nosuch"), fe::sync(),
                      use(""), fe::sync()});
}

TEST(Traps, A3TheUnnamedStatementIsUsedAcrossASync) {
    expect_as_direct({fe::parse("", "select $1"), fe::describe_statement(""), fe::sync(),
                      fe::bind("", {.values = {"1"}}), run, fe::describe_statement(""), fe::sync(),
                      fe::bind("", {.values = {"2"}}), run});
}

TEST(Traps, A4AQueryAndABindOfANamedStatementInOneBurst) {
    conversation()
        .knows("a", "insert")
        .in_block()
        .client_sends({fe::query("SAVEPOINT s"), fe::bind("a"), run})
        .server_gets({fe::query("SAVEPOINT s")})
        .server_sends({be::command_complete("SAVEPOINT"), be::ready('T')})
        .client_gets({be::command_complete("SAVEPOINT"), be::ready('T')})
        .server_gets({fe::parse("", "insert"), fe::bind(""), run})
        .server_sends(
            {be::parse_complete(), be::bind_complete(), be::command_complete("INSERT 0 1"), be::ready('T')})
        .client_gets({be::bind_complete(), be::command_complete("INSERT 0 1"), be::ready('T')})
        .passes({fe::query("COMMIT")}, {be::command_complete("COMMIT"), be::ready('I')})
        .check();
}

TEST(Traps, A5ManyUnnamedStatementsDescribedInOneCycle) {
    expect_as_direct({fe::parse("", "select 1"), fe::describe_statement(""), fe::parse("", "select $1"),
                      fe::describe_statement(""), fe::parse("", "insert"), fe::describe_statement(""),
                      fe::sync(), use(""), fe::sync()});
}

TEST(Traps, A6ABoundPortalKeepsItsPlan) {
    expect_as_direct({prepare("a", "select 1"), prepare("b", "select 2"), fe::bind("a"),
                      fe::describe_statement("b"), fe::bind("b", {.portal = "p"}), fe::parse("c", "insert"),
                      fe::close_statement("a"), fe::execute(), fe::execute("p"), fe::sync()});
}

TEST(Traps, A7OneParseForManyBinds) {
    conversation c;
    c.knows("a", "insert into t values ($1)", {.types = {type::int4}});
    std::string binds, on_the_server, answers;
    for (const char* value : {"1", "2", "3"}) {
        binds += fe::bind("a", {.values = {value}}) + fe::execute();
        on_the_server += fe::bind("", {.values = {value}}) + fe::execute();
        answers += be::bind_complete() + be::command_complete("INSERT 0 1");
    }
    c.client_sends({binds, fe::sync()})
        .server_gets({fe::parse("", "insert into t values ($1)", {type::int4}), on_the_server, fe::sync()})
        .server_sends({be::parse_complete(), answers, be::ready('I')})
        .client_gets({answers, be::ready('I')})
        .check();
}

TEST(Traps, B1FlushIsAnsweredAtOnce) {
    expect_as_direct({fe::parse("a", "select 1"), fe::describe_statement("a"), fe::flush(), fe::sync(),
                      fe::parse("b", "select nosuch"), fe::describe_statement("b"), fe::flush(), fe::sync(),
                      use("a"), fe::sync()});
}

TEST(Traps, B2B3WhatWouldTakeAServerForNothing) {
    expect_as_direct({fe::flush(), prepare("a", "select 1"), fe::flush(), fe::query("copy from"),
                      fe::copy_data("1\n"), fe::copy_done(), fe::copy_fail("stray"), fe::flush(),
                      fe::copy_data("x"), use("a"), fe::sync(), fe::flush()});
}

TEST(Traps, B4ACycleBehindACycle) {
    expect_as_direct({prepare("a", "select 1"), use("a"), fe::sync(), fe::parse("b", "select 2"),
                      fe::describe_statement("b"), fe::flush(), use("b"), fe::sync()});
}

TEST(Traps, B5OneSyncAtATimeBehindACopy) {
    expect_as_direct({prepare("c", "copy from"), fe::bind("c"), run, fe::copy_fail("no"), fe::sync(),
                      fe::close_statement("x"), fe::sync(), fe::close_statement("y"), fe::sync()});
}

TEST(Traps, B6AQueryBehindMessagesThatFail) {
    expect_as_direct({fe::parse("", "select nosuch"), fe::query("insert"), fe::sync(), fe::query("BEGIN"),
                      fe::parse("", "select 1/0"), fe::bind(""), fe::execute(), fe::query("SAVEPOINT s"),
                      fe::query("select 1"), fe::sync(), fe::query("ROLLBACK")});
}

TEST(Traps, B7B8WhatEndsAnExecute) {
    expect_as_direct({fe::parse("", ""), use(""), fe::parse("", ";"), use(""),
                      fe::parse("", "insert returning"), use(""), fe::parse("", "insert returning"),
                      fe::bind(""), fe::execute("", 1), fe::parse("", "select 5 rows"), fe::bind(""),
                      fe::execute("", 2), fe::execute("", 2), fe::execute("", 2), fe::sync(), fe::query("")});
}

TEST(Traps, B9AReParseRepeatsNoNotices) {
    const auto cut = be::notice("42622", "identifier will be truncated"),
               escape = be::notice("22P06", "nonstandard use of \\\\");
    const auto other = be::notice("42P07", "relation already exists, skipping");
    conversation()
        .client_sends({fe::parse("a", "insert"), fe::sync()})
        .server_gets({fe::parse("", "insert"), fe::describe_statement(""), fe::sync()})
        .server_sends({cut, escape, be::parse_complete(), be::description({}), be::ready('I')})
        .client_gets({cut, escape, be::parse_complete(), be::ready('I')})
        .client_sends({fe::bind("a"), run})
        .server_gets({fe::parse("", "insert"), fe::bind(""), run})
        .server_sends({cut, other, escape, be::parse_complete(), cut, be::bind_complete(), other,
                       be::command_complete("INSERT 0 1"), be::ready('I')})
        .client_gets(
            {other, cut, be::bind_complete(), other, be::command_complete("INSERT 0 1"), be::ready('I')})
        .client_sends({fe::query("EXECUTE a")})
        .server_gets({fe::close_statement("a"), fe::parse("a", "insert"), fe::flush()})
        .server_sends({be::close_complete(), cut, escape, be::parse_complete()})
        .server_gets({fe::query("EXECUTE a")})
        .server_sends({be::command_complete("INSERT 0 1"), be::ready('I')})
        .client_gets({be::command_complete("INSERT 0 1"), be::ready('I')})
        .check();
}

TEST(Traps, B12CopyDataInOneBurstWithACopyThatFails) {
    for (const char* sql : {"copy from", "select nosuch", "select 1/0"})
        expect_as_direct({fe::query(sql), fe::copy_data("1\n"), fe::copy_data("2\n"), fe::copy_done(),
                          fe::query("select 1")});
}

TEST(Traps, B13ABareSync) {
    expect_as_direct(
        {fe::sync(), fe::sync(), fe::query("BEGIN"), fe::sync(), fe::query("COMMIT"), fe::sync()});
}

TEST(Traps, C1TransactionCommandsAsNamedStatements) {
    expect_as_direct({prepare("b", "BEGIN"),
                      prepare("c", "COMMIT"),
                      prepare("r", "ROLLBACK"),
                      prepare("i", "insert"),
                      use("b"),
                      use("i"),
                      fe::sync(),
                      use("c"),
                      fe::sync(),
                      use("b"),
                      fe::sync(),
                      use("i"),
                      use("r"),
                      fe::sync(),
                      use("i"),
                      use("b"),
                      use("i"),
                      use("c"),
                      use("i"),
                      fe::sync()});
}

TEST(Traps, C3ManyNamedStatementsInOneCycle) {
    expect_as_direct({prepare("a", "select 1"), prepare("b", "select 2"), use("a"), use("b"), use("a"),
                      use("b"), fe::sync()});
}

TEST(Traps, C4AQueryJoinsTheImplicitTransaction) {
    expect_as_direct({prepare("a", "insert"), use("a"), fe::query("select 1"), use("a"), fe::query("not sql"),
                      fe::sync(), use("a"), fe::sync()});
}

TEST(Traps, C6NoExecuteIsPutInFront) {  // VACUUM refuses to run behind one
    conversation()
        .knows("a", "vacuum")
        .client_sends({fe::bind("a"), run})
        .server_gets({fe::parse("", "vacuum"), fe::bind(""), run})
        .server_sends(
            {be::parse_complete(), be::bind_complete(), be::command_complete("VACUUM"), be::ready('I')})
        .client_gets({be::bind_complete(), be::command_complete("VACUUM"), be::ready('I')})
        .check();
}

TEST(Traps, C7CyclesInFlight) {
    expect_as_direct({prepare("a", "select 1"), prepare("c", "COMMIT"), use("a"), fe::sync(), use("a"),
                      fe::sync(), fe::close_statement("x"), fe::sync(), fe::query("BEGIN"),
                      fe::query("SAVEPOINT s"), use("a"), fe::sync(), fe::query("RELEASE s"), use("c"),
                      fe::sync(), use("a"), fe::sync()});
}

TEST(Traps, C8C9TheAbortedBlock) {
    const std::string failed = fe::query("BEGIN") + fe::query("select 1/0");
    for (const std::string& then :
         {prepare("n", "COMMIT"), prepare("n", ""), prepare("n", "select 1"), prepare("i", "select 1"),
          fe::close_statement("i") + fe::sync(), fe::describe_statement("i") + fe::sync(),
          fe::describe_statement("a") + fe::sync(), use("i") + fe::sync(), use("c") + fe::sync() + use("a"),
          use("c") + use("i") + fe::sync(), fe::bind("i", {.values = {"1"}}) + fe::sync(),
          fe::bind("x") + fe::sync(), fe::query("")})
        expect_as_direct({prepare("i", "insert"), prepare("a", "select 1"), prepare("c", "COMMIT"), failed,
                          then, fe::sync(), fe::query("ROLLBACK"), use("a"), fe::sync()});
}

TEST(Traps, C10PortalsLiveToTheEndOfTheBlock) {
    expect_as_direct({prepare("a", "select 5 rows"), fe::query("BEGIN"), fe::bind("a", {.portal = "p"}),
                      fe::sync(), fe::execute("p", 2), fe::sync(), fe::query("select 1"),
                      fe::describe_portal("p"), fe::execute("p", 2), fe::sync(), fe::close_portal("p"),
                      fe::bind("a", {.portal = "p"}), fe::bind("a", {.portal = "p"}), fe::sync(),
                      fe::query("ROLLBACK"), fe::execute("p"), fe::sync()});
}

TEST(Traps, C11APortalOutsideABlockDiesAtSync) {
    expect_as_direct({fe::parse("", "select 5 rows"), fe::bind("", {.portal = "p"}), fe::execute("p", 2),
                      fe::flush(), fe::execute("p", 2), fe::flush(), fe::sync(), fe::execute("p"), fe::sync(),
                      fe::close_portal("p"), fe::sync()});
}

TEST(Traps, D1D2AChangedShape) {
    expect_as_direct({prepare("a", "select 1"), use("a"), fe::sync(), fe::query("alter"), fe::bind("a"), run,
                      fe::describe_statement("a"), fe::sync(), fe::query("BEGIN"), use("a"), fe::sync(),
                      fe::query("ROLLBACK"), fe::query("alter"), use("a"), fe::sync()});
    expect_as_direct({fe::parse("", "select $1"), fe::describe_statement(""), fe::sync(),
                      prepare("alter", "alter"), use("alter"), fe::sync(), fe::bind("", {.values = {"1"}}),
                      run});
}

TEST(Traps, D3ErrorsCarryTheirOwnRoutines) {
    expect_as_direct({fe::bind("n"), fe::sync(), fe::describe_statement("n"), fe::sync(), fe::bind(""),
                      fe::sync(), fe::describe_statement(""), fe::sync(), prepare("n", "select 1"),
                      prepare("n", "select 2"), fe::query("alter"), fe::bind("n"), fe::sync()});
}

TEST(Traps, D5DescribeOfAStatementAndOfAPortalDiffer) {
    expect_as_direct({prepare("a", "select 1"), fe::describe_statement("a"),
                      fe::bind("a", {.result_formats = {1}}), fe::describe_portal(),
                      fe::describe_statement("a"), run});
}

TEST(Traps, D9TheNumberOfParametersIsThatOfTheClientsName) {
    expect_as_direct({prepare("S_1", "select 1"), fe::bind("S_1", {.values = {"1"}}), fe::sync(),
                      fe::query("BEGIN"), fe::bind("S_1", {.values = {"1"}}), fe::sync(),
                      fe::bind("S_1", {.values = {"1", "2"}}), fe::sync(), fe::query("ROLLBACK"),
                      fe::parse("x", "select $1"), fe::bind("x"), fe::sync()});
}

TEST(Traps, E1E2OneNameSpace) {
    expect_as_direct({fe::query("PREPARE a AS select 1"), use("a"), fe::sync(), fe::query("EXECUTE a"),
                      prepare("a", "select 2"), fe::close_statement("a"), fe::sync(), fe::query("EXECUTE a"),
                      prepare("a", "select 2"), fe::query("EXECUTE a"), fe::query("PREPARE a AS select 1"),
                      fe::query("DEALLOCATE a"), fe::query("DEALLOCATE a"), use("a"), fe::sync()});
    const std::string deallocate = fe::parse("", "DEALLOCATE a") + use("") + fe::sync();
    expect_as_direct({prepare("a", "select 1"), deallocate, deallocate, prepare("a", "select 1"),
                      prepare("d", "DEALLOCATE a"), use("d"), fe::sync(), use("a"), fe::sync(), use("d"),
                      fe::sync()});
}

TEST(Traps, E3AnUnknownNameFailsWhereItRuns) {
    expect_as_direct({fe::parse("", "DEALLOCATE a"), use(""), fe::sync(), prepare("a", "select 1"),
                      fe::query("BEGIN"), fe::query("select 1/0"), fe::query("DEALLOCATE a"),
                      fe::query("ROLLBACK"), use("a"), fe::sync()});
}

TEST(Traps, E4AnotherStatementGoesBetweenParseAndBind) {
    expect_as_direct({prepare("a", "select 1"), prepare("b", "select 2"), fe::query("DEALLOCATE a"), use("b"),
                      fe::sync(), fe::parse("c", "insert"), fe::flush(), fe::close_statement("b"), fe::sync(),
                      use("c"), fe::sync()});
}

TEST(Traps, E5NamesEqualIn63BytesAreOne) {
    const std::string name(63, 'n');
    expect_as_direct({prepare(name + "1", "select 1"), prepare(name + "2", "select 2"), use(name), fe::sync(),
                      fe::close_statement(name + "3"), fe::sync(), use(name), fe::sync()});
}

TEST(Traps, F1F2DeallocateAllClearsTheClientsTable) {
    expect_as_direct({prepare("a", "select 1"), prepare("b", "select 2"), fe::query("DEALLOCATE ALL"),
                      use("a"), fe::sync(), prepare("a", "select 2"), use("a"), fe::sync(),
                      fe::query("BEGIN"), fe::query("DEALLOCATE ALL"), fe::query("ROLLBACK"), use("a"),
                      fe::sync()});
}

}  // namespace
}  // namespace pgsidecar::test
