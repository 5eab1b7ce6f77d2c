#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// Semantics §1: segments that need not wait for the ReadyForQuery of the one before.
namespace pgsidecar::test {
namespace {

const std::string run_a = fe::bind("a") + fe::execute() + fe::sync();
const std::string run = fe::bind("") + fe::execute() + fe::sync();
const std::string parse_and_run = fe::parse("", "update a") + run;

std::string done(char status) {
    return be::bind_complete() + be::command_complete("UPDATE 1") + be::ready(status);
}

conversation knows_a() { return conversation().knows("a", "update a"); }

/// All is sent at once, and answered one after the other.
conversation& at_once(conversation& c, conversation::messages client, conversation::messages server,
                      conversation::messages answers) {
    return c.client_sends(std::move(client)).server_gets(std::move(server)).server_sends(answers);
}

TEST(Overlap, InABlockSegmentsFollowAtOnce) {
    auto c = knows_a();
    at_once(c.in_block(), {run_a, run_a, run_a}, {parse_and_run, run, run},
            {be::parse_complete(), done('T'), done('T'), done('T')})
        .client_gets({done('T'), done('T'), done('T')})
        .stays_open()
        .check();
}

TEST(Overlap, OutsideABlockTheyWait) {
    knows_a()
        .client_sends({run_a, run_a})
        .server_gets({parse_and_run})
        .server_sends({be::parse_complete(), done('I')})
        .client_gets({done('I')})
        .server_gets({parse_and_run})
        .server_sends({be::parse_complete(), done('I')})
        .client_gets({done('I')})
        .check();
}

TEST(Overlap, WhatMayEndTheBlockWaits) {
    const std::string commit = fe::parse("", "COMMIT") + fe::bind("") + fe::execute() + fe::sync();
    const std::string committed = be::parse_complete() + be::bind_complete() + be::command_complete("COMMIT");
    auto c = knows_a();
    at_once(c.in_block(), {run_a, run_a, commit, run_a}, {parse_and_run, run},
            {be::parse_complete(), done('T'), done('T')})
        .client_gets({done('T'), done('T')})
        .server_gets({commit})
        .server_sends({committed, be::ready('I')})
        .client_gets({committed, be::ready('I')})
        .server_gets({parse_and_run})
        .server_sends({be::parse_complete(), done('I')})
        .client_gets({done('I')})
        .check();
}

TEST(Overlap, ABlockThatHasFailedRefusesTheRestAsTheServerWould) {
    const std::string text =
        "current transaction is aborted, commands ignored until end of transaction block";
    const auto failed = be::error("22012", "division by zero");
    const auto at_parse = be::error("25P02", text, {{'F', "postgres.c"}, {'R', "exec_parse_message"}});
    const auto at_bind = be::error("25P02", text, {{'F', "postgres.c"}, {'R', "exec_bind_message"}});
    const std::string run_b = fe::bind("b") + fe::execute() + fe::sync();
    knows_a()
        .knows("b", "update b")
        .in_block()
        .client_sends({run_a, run_b, run_b})
        .server_gets({parse_and_run, fe::parse("", "update b"), run, run})
        .server_sends({be::parse_complete(), be::bind_complete(), failed, be::ready('E'), at_parse,
                       be::ready('E'), be::error("26000", "unnamed prepared statement does not exist"),
                       be::ready('E')})
        .client_gets(
            {be::bind_complete(), failed, be::ready('E'), at_bind, be::ready('E'), at_bind, be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(Overlap, NothingFollowsAVerdictThatIsAwaited) {
    const std::string rows = be::bind_complete() + be::command_complete("SELECT 0");
    conversation()
        .knows("s", "select s", {.columns = one_column})
        .in_block()
        .client_sends({fe::bind("s"), fe::execute(), fe::sync(), fe::bind("s"), fe::execute(), fe::sync()})
        .server_gets({fe::parse("", "select s"), fe::describe_statement(""), run})
        .server_sends({be::parse_complete(), be::description(one_column)})
        .client_gets({})
        .server_gets({run})
        .server_sends({rows, be::ready('T'), rows, be::ready('T')})
        .client_gets({rows, be::ready('T'), rows, be::ready('T')})
        .stays_open()
        .check();
}

TEST(Overlap, AWrongNumberOfParametersWaits) {
    const auto wrong = fe::bind("a", {.values = {"1"}});
    knows_a()
        .in_block()
        .client_sends({run_a, wrong, fe::sync()})
        .server_gets({parse_and_run})
        .server_sends({be::parse_complete(), done('T')})
        .client_gets({done('T')})
        .server_gets({fe::close_statement("a"), fe::parse("a", ""), wrong, fe::sync()})
        .server_sends({be::close_complete(), be::parse_complete(), be::error("08P01", "a"), be::ready('E')})
        .client_gets({be::error("08P01", "a"), be::ready('E')})
        .stays_open()
        .check();
}

TEST(Overlap, WhatASegmentBeginsWithMayEndTheBlock) {
    const std::string bind_commit = fe::bind("commit", {.portal = "p"}) + fe::sync();
    const std::string committed = be::command_complete("COMMIT") + be::ready('I');
    knows_a()
        .knows("commit", "COMMIT")
        .in_block()
        .client_sends({bind_commit})
        .server_gets({fe::parse("", "COMMIT"), fe::bind("", {.portal = "p"}), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::ready('T')})
        .client_gets({be::bind_complete(), be::ready('T')})
        .client_sends({fe::execute("p"), fe::sync(), run_a})
        .server_gets({fe::execute("p"), fe::sync()})  // the server may be another client's from here on
        .server_sends({committed})
        .client_gets({committed})
        .server_gets({parse_and_run})
        .server_sends({be::parse_complete(), done('I')})
        .client_gets({done('I')})
        .check();
}

/// What stood in the unnamed slot before it would end the failed block.
TEST(Overlap, AParseThatMayBeSkippedIsNotTrusted) {
    const std::string parse_rollback = fe::parse("", "ROLLBACK") + fe::sync();
    const auto unknown = be::error("26000", "prepared statement \"nosuch\" does not exist");
    const auto at_parse = be::error("25P02", "", {{'F', "postgres.c"}, {'R', "exec_parse_message"}});
    const auto at_bind = be::error("25P02", "", {{'F', "postgres.c"}, {'R', "exec_bind_message"}});
    knows_a()
        .in_block()
        .client_sends({parse_rollback})
        .server_gets({fe::parse("", "ROLLBACK"), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description({}), be::ready('T')})
        .client_gets({be::parse_complete(), be::ready('T')})
        .client_sends({fe::bind("nosuch"), run_a, run_a})
        .server_gets({fe::close_statement("nosuch"), fe::bind("nosuch"), parse_and_run, parse_and_run})
        .server_sends({be::close_complete(), unknown, be::ready('E'), at_parse, be::ready('E')})
        .client_gets({unknown, be::ready('E'), at_bind, be::ready('E')})
        .stays_open()
        .check();
}

TEST(Overlap, TwoStatementsTakeTurnsInSegmentsAtOnce) {
    const std::string both = fe::bind("a") + fe::execute() + fe::bind("b") + fe::execute() + fe::sync();
    const std::string runs = fe::bind("") + fe::execute(), ran = done('T');
    const std::string parses = fe::parse("", "update a") + runs + fe::parse("", "update b") + runs;
    const auto result = be::bind_complete() + be::command_complete("UPDATE 1");
    knows_a()
        .knows("b", "update b")
        .in_block()
        .client_sends({both, fe::bind("b"), fe::execute(), fe::sync()})
        .server_gets({parses, fe::sync(), fe::parse("", "update b"), runs, fe::sync()})
        .server_sends({be::parse_complete(), result, be::parse_complete(), result, be::ready('T')})
        .client_gets({result, result, be::ready('T')})
        .server_sends({be::parse_complete(), ran})
        .client_gets({ran})
        .stays_open()
        .check();
}

/// The types that a PREPARE declares are known when the server has told them.
TEST(Overlap, AStatementWaitsForItsDescription) {
    const std::string text = "PREPARE n(int) AS update t set n = $1";
    const auto bind = fe::bind("n", {.values = {"1"}}), bind_unnamed = fe::bind("", {.values = {"1"}});
    conversation()
        .in_block()
        .client_sends({fe::query(text), bind, fe::execute(), fe::sync()})
        .server_gets({fe::close_statement("n"), fe::parse("", text), fe::bind(""), fe::execute(),
                      fe::close_portal(), fe::describe_statement("n"), fe::close_statement("n"), fe::sync()})
        .server_sends({be::close_complete(), be::parse_complete(), be::bind_complete(),
                       be::command_complete("PREPARE"), be::close_complete()})
        .client_gets({be::command_complete("PREPARE")})
        .server_gets({})
        .server_sends({be::description({}, {type::int4}), be::close_complete(), be::ready('T')})
        .client_gets({be::ready('T')})
        .server_gets({fe::parse("", std::string(18, ' ') + "update t set n = $1", {type::int4}), bind_unnamed,
                      fe::execute(), fe::sync()})
        .server_sends({be::parse_complete(), done('T')})
        .client_gets({done('T')})
        .stays_open()
        .check();
}

TEST(Overlap, APoolerThatTracksRequestsMayBeSentThemOutsideABlock) {
    auto c = knows_a().pooler(pooler_kind::tracks_requests);
    at_once(
        c, {run_a, run_a, run_a}, {parse_and_run, parse_and_run, parse_and_run},
        {be::parse_complete(), done('I'), be::parse_complete(), done('I'), be::parse_complete(), done('I')})
        .client_gets({done('I'), done('I'), done('I')})
        .check();
}

TEST(Overlap, WhatTheSegmentBeforeHasParsedIsNotTrustedWhenTheOneBeforeThatEnds) {
    auto c = knows_a().pooler(pooler_kind::tracks_requests);
    at_once(c, {run_a, run_a, fe::close_portal("p")}, {parse_and_run, parse_and_run, fe::close_portal("p")},
            {be::parse_complete(), done('I')})
        .client_gets({done('I')})
        .client_sends({run_a})
        .server_gets({parse_and_run})
        .server_sends(
            {be::parse_complete(), done('I'), be::close_complete(), be::parse_complete(), done('I')})
        .client_gets({done('I'), be::close_complete(), done('I')})
        .check();
}

TEST(Overlap, ButAnotherServerMayAnswerTheNextOne) {
    knows_a()
        .pooler(pooler_kind::tracks_requests)
        .client_sends({run_a})
        .server_gets({parse_and_run})
        .server_sends({be::parse_complete(), done('I')})
        .client_gets({done('I')})
        .client_sends({run_a})
        .server_gets({parse_and_run})
        .server_sends({be::parse_complete(), done('I')})
        .client_gets({done('I')})
        .check();
}

TEST(Overlap, AServerOfOnesOwnKeepsWhatIsParsed) {
    knows_a()
        .pooler(pooler_kind::direct)
        .client_sends({run_a, run_a, run_a})
        .server_gets({run, run, run})
        .server_sends({done('I'), done('I'), done('I')})
        .client_gets({done('I'), done('I'), done('I')})
        .check();
}

TEST(Overlap, ASegmentIsOnlyFailedByItself) {
    const auto failed = be::error("22012", "division by zero");
    auto c = knows_a().pooler(pooler_kind::tracks_requests);
    at_once(
        c, {run_a, run_a}, {parse_and_run, parse_and_run},
        {be::parse_complete(), be::bind_complete(), failed, be::ready('I'), be::parse_complete(), done('I')})
        .client_gets({be::bind_complete(), failed, be::ready('I'), done('I')})
        .check();
}

TEST(Overlap, ALoneSyncIsAnsweredInItsTurn) {
    knows_a()
        .pooler(pooler_kind::tracks_requests)
        .client_sends({run_a, fe::sync()})
        .server_gets({parse_and_run})
        .server_sends({be::parse_complete(), done('I')})
        .client_gets({done('I'), be::ready('I')})
        .check();
}

}  // namespace
}  // namespace pgsidecar::test
