#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// Semantics §1: every way to leave.
namespace pgsidecar::test {
namespace {

const std::string insert = fe::parse("", "insert into t values (1)") + fe::bind("") + fe::execute();
const std::string inserted = be::parse_complete() + be::bind_complete() + be::command_complete("INSERT 0 1");
const std::string forced_failure = fe::close_statement("psc_refuse") + fe::bind("psc_refuse");
const std::string failed =
    be::close_complete() + be::error("26000", "prepared statement \"psc_refuse\" does not exist");

TEST(Leave, IdleSessionSendsTerminate) {
    conversation().client_sends({fe::terminate()}).server_gets({fe::terminate()}).ends().check();
    conversation().client_closes().server_gets({fe::terminate()}).ends().check();
}

TEST(Leave, TerminateComesBehindTheLastAnswer) {
    conversation()
        .client_sends({insert, fe::sync(), fe::terminate()})
        .server_gets({insert, fe::sync()})
        .server_sends({inserted})
        .server_gets({})
        .server_sends({be::ready('I')})
        .client_gets({inserted, be::ready('I')})
        .server_gets({fe::terminate()})
        .ends()
        .check();
}

TEST(Leave, HeldSegmentsAreStillSent) {
    conversation()
        .client_sends({insert, fe::sync(), insert, fe::sync(), fe::query("select 1"), fe::terminate()})
        .client_closes()
        .server_gets({insert, fe::sync()})
        .server_sends({inserted, be::ready('I')})
        .server_gets({insert, fe::sync()})
        .server_sends({inserted, be::ready('I')})
        .server_gets({fe::query("select 1")})
        .server_sends({be::command_complete("SELECT 1"), be::ready('I')})
        .client_gets({inserted, be::ready('I'), inserted, be::ready('I'), be::command_complete("SELECT 1"),
                      be::ready('I')})
        .server_gets({fe::terminate()})
        .ends()
        .check();
}

TEST(Leave, TerminateIsFoundAmongWhatIsHeld) {
    const std::string held = fe::query("select 1") + insert + fe::sync();
    EXPECT_TRUE(session::has_terminate(fe::terminate()));
    EXPECT_TRUE(session::has_terminate(held + fe::terminate()));
    EXPECT_TRUE(session::has_terminate(held + fe::terminate() + "more"));
    EXPECT_FALSE(session::has_terminate(""));
    EXPECT_FALSE(session::has_terminate(held));
    EXPECT_FALSE(session::has_terminate((held + fe::terminate()).substr(0, held.size() + 4)));
    EXPECT_FALSE(session::has_terminate(fe::query("select '" + fe::terminate() + "'")));
    EXPECT_FALSE(session::has_terminate(fe::query("select 1").substr(0, 8)));
    EXPECT_FALSE(session::has_terminate(std::string("Q\0\0\0\1", 5) + fe::terminate()));
}

TEST(Leave, WhatIsCarriedOutIsNotWhatUndoesIt) {
    text_pool texts;
    server_link link(pooler_kind::pgbouncer_1_18);
    session s(texts, {}, link);
    EXPECT_FALSE(s.carries_out());
    const std::string begin = fe::query("begin");
    s.on_client_bytes(begin);
    EXPECT_TRUE(s.carries_out());
    s.on_server_bytes(be::command_complete("BEGIN") + be::ready('T'));
    EXPECT_FALSE(s.carries_out());
    const std::string query = fe::query("select pg_sleep(9)");
    s.on_client_bytes(query);
    s.on_client_eof();
    EXPECT_TRUE(s.carries_out());
    s.on_server_bytes(be::error("57014", "canceling statement due to user request") + be::ready('E'));
    EXPECT_FALSE(s.carries_out());  // but the ROLLBACK
    EXPECT_FALSE(s.finished());
}

TEST(Leave, OpenSegmentIsUndone) {
    conversation()
        .client_sends({insert, fe::terminate()})
        .server_gets({insert, fe::flush()})  // a copy may be about to begin
        .server_sends({inserted})
        .client_gets({inserted})
        .server_gets({forced_failure, fe::sync()})
        .server_sends({failed, be::ready('I')})
        .client_gets({})
        .server_gets({fe::terminate()})
        .ends()
        .check();
}

TEST(Leave, OpenSegmentOfABlockIsUndoneWithTheBlock) {
    conversation()
        .in_block()
        .client_sends({insert, fe::flush()})
        .server_gets({insert, fe::flush()})
        .server_sends({inserted})
        .client_gets({inserted})
        .client_closes()
        .server_gets({forced_failure, fe::sync()})
        .server_sends({failed, be::ready('E')})
        .server_gets({fe::query("ROLLBACK")})
        .server_sends({be::command_complete("ROLLBACK"), be::ready('I')})
        .client_gets({})
        .server_gets({fe::terminate()})
        .ends()
        .check();
}

TEST(Leave, BlockIsRolledBack) {
    for (const bool closes : {false, true}) {
        conversation c;
        c.in_block();
        closes ? c.client_closes() : c.client_sends({fe::terminate()});
        c.server_gets({fe::query("ROLLBACK")})
            .server_sends({be::command_complete("ROLLBACK"), be::ready('I')})
            .client_gets({})
            .server_gets({fe::terminate()})
            .ends()
            .check();
    }
}

TEST(Leave, OpenSegmentThatHasFailedIsOver) {
    conversation()
        .client_sends({fe::bind("nosuch"), fe::flush()})
        .server_gets({fe::close_statement("nosuch"), fe::bind("nosuch"), fe::flush()})
        .server_sends({be::close_complete(), be::error("26000", "nosuch")})
        .client_gets({be::error("26000", "nosuch")})
        .server_gets({fe::sync()})
        .client_sends({fe::terminate()})
        .server_gets({})
        .server_sends({be::ready('I')})
        .client_gets({})
        .server_gets({fe::terminate()})
        .ends()
        .check();
}

TEST(Leave, CopyOfTheSimpleProtocolIsFailed) {
    conversation()
        .passes({fe::query("copy t from stdin; select 1")}, {be::copy_in_response()})
        .client_sends({fe::copy_data("1\n")})
        .server_gets({fe::copy_data("1\n")})
        .client_closes()
        .server_gets({fe::copy_fail("client has left")})
        .server_sends({be::error("57014", "COPY from stdin failed"), be::ready('I')})
        .client_gets({})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .server_gets({fe::terminate()})
        .ends()
        .check();
}

TEST(Leave, CopyOfTheExtendedProtocolIsFailed) {
    conversation()
        .client_sends({fe::parse("", "copy t from stdin"), fe::bind(""), fe::execute(), fe::flush()})
        .server_gets({fe::parse("", "copy t from stdin"), fe::bind(""), fe::execute(), fe::flush()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::copy_in_response()})
        .client_gets({be::parse_complete(), be::bind_complete(), be::copy_in_response()})
        .client_closes()
        .server_gets({fe::copy_fail("client has left"), fe::sync()})
        .server_sends({be::error("57014", "COPY from stdin failed"), be::ready('I')})
        .client_gets({})
        .server_gets({fe::terminate()})
        .ends()
        .check();
}

TEST(Leave, CopyThatIsAboutToBeginIsAwaited) {
    const std::string copy = fe::parse("", "copy t from stdin") + fe::bind("") + fe::execute();
    conversation()
        .client_sends({copy})
        .client_closes()
        .server_gets({copy, fe::flush()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::copy_in_response()})
        .client_gets({be::parse_complete(), be::bind_complete(), be::copy_in_response()})
        .server_gets({fe::copy_fail("client has left"), fe::sync()})
        .server_sends({be::error("57014", "COPY from stdin failed"), be::ready('I')})
        .server_gets({fe::terminate()})
        .ends()
        .check();
}

TEST(Leave, InsideAMessageOnlyClosingIsLeft) {
    const std::string bind = fe::bind("", {.values = {std::string(1000, 'x')}});
    conversation()
        .client_sends({fe::parse("", "select $1"), bind.substr(0, 500)})
        .client_closes()
        .server_gets({fe::parse("", "select $1"), bind.substr(0, 500)})
        .ends()
        .check();
}

TEST(Leave, HalfAMessageThatWasNotSentIsForgotten) {
    conversation()
        .client_sends({fe::query("select 1").substr(0, 8)})
        .client_closes()
        .server_gets({fe::terminate()})
        .ends()
        .check();
}

TEST(Leave, FatalIsTheLastThingTheClientSees) {
    for (const auto status : {'I', 'T'}) {
        conversation c;
        if (status == 'T') c.in_block();
        c.client_sends({fe::query("select pg_sleep(9)")})
            .server_gets({fe::query("select pg_sleep(9)")})
            .server_sends(
                {be::fatal("57P01", "terminating connection"), be::fatal("08P01", "server conn crashed?")})
            .client_gets({be::fatal("57P01", "terminating connection")})
            .ends()
            .check();
    }
}

TEST(Leave, LostUpstreamIsTold) {
    conversation()
        .client_sends({fe::query("select 1")})
        .server_gets({fe::query("select 1")})
        .server_closes("the upstream server closed the connection")
        .client_gets({be::fatal("08006", "the upstream server closed the connection")})
        .ends()
        .check();
}

TEST(Leave, LostUpstreamAddsNothingToAFatal) {
    conversation()
        .server_sends({be::fatal("57P01", "terminating connection")})
        .server_closes("lost")
        .client_gets({be::fatal("57P01", "terminating connection")})
        .ends()
        .check();
}

TEST(Leave, ShutDownTellsTheClientAndUndoesItsWork) {
    conversation()
        .in_block()
        .client_sends({insert, fe::flush()})
        .server_gets({insert, fe::flush()})
        .server_sends({inserted})
        .client_gets({inserted})
        .shut_down()
        .client_gets({be::fatal("57P01", "terminating connection due to administrator command")})
        .server_gets({forced_failure, fe::sync()})
        .server_sends({failed, be::ready('E')})
        .server_gets({fe::query("ROLLBACK")})
        .server_sends({be::command_complete("ROLLBACK"), be::ready('I')})
        .client_gets({})
        .server_gets({fe::terminate()})
        .ends()
        .check();
}

TEST(Leave, UnknownMessageTypeEndsTheConnectionBehindTheAnswersBeforeIt) {
    const auto fatal = be::fatal("08P01", "invalid frontend message type 122",
                                 {{'F', "postgres.c"}, {'R', "SocketBackend"}});
    conversation()
        .client_sends({insert, fe::sync(), fe::message('z', "hello"), fe::query("select 1")})
        .server_gets({insert, fe::sync()})
        .server_sends({inserted, be::ready('I')})
        .client_gets({inserted, be::ready('I'), fatal})
        .server_gets({fe::terminate()})
        .ends()
        .check();
}

}  // namespace
}  // namespace pgsidecar::test
