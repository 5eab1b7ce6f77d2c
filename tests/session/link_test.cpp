#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// Semantics §1 and §8: one boundary in flight, messages that would take a server for nothing, what passes at
/// once.
namespace pgsidecar::test {
namespace {

const std::string ran = be::bind_complete() + be::data_row({"1"}) + be::command_complete("SELECT 1");

TEST(Link, NextSegmentWaitsForReadyForQuery) {
    conversation()
        .knows("a", "select 1", {.columns = one_column})
        .client_sends({fe::bind("a"), fe::execute(), fe::sync(), fe::parse("b", "select 2"),
                       fe::describe_statement("b"), fe::flush()})
        .server_gets(
            {fe::parse("", "select 1"), fe::describe_statement(""), fe::bind(""), fe::execute(), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), ran})
        .server_gets({})
        .client_gets({ran})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')})
        .server_gets({fe::parse("", "select 2"), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), be::ready('I')})
        .client_gets({be::parse_complete(), be::description(one_column)})
        .check();
}

TEST(Link, SegmentIsPipelinedAsAWhole) {
    const conversation::messages segment{fe::parse("", "select 1"),
                                         fe::bind(""),
                                         fe::execute(),
                                         fe::flush(),
                                         fe::parse("", "select 2"),
                                         fe::bind("", {.portal = "p"}),
                                         fe::execute("p"),
                                         fe::close_portal("p"),
                                         fe::sync()};
    conversation()
        .passes(segment,
                {be::parse_complete(), ran, be::parse_complete(), ran, be::close_complete(), be::ready('I')})
        .check();
}

TEST(Link, HeldSegmentsFollowOneByOne) {
    const auto insert = fe::parse("", "insert into t values (1)") + fe::bind("") + fe::execute() + fe::sync();
    const auto inserted =
        be::parse_complete() + be::bind_complete() + be::command_complete("INSERT 0 1") + be::ready('I');
    conversation()
        .client_sends({insert, insert, insert})
        .server_gets({insert})
        .server_sends({inserted})
        .client_gets({inserted})
        .server_gets({insert})
        .server_sends({inserted})
        .client_gets({inserted})
        .server_gets({insert})
        .server_sends({inserted})
        .client_gets({inserted})
        .check();
}

TEST(Link, QueryIsABoundary) {
    conversation()
        .client_sends({fe::query("select 1"), fe::query("select 2"), fe::sync()})
        .server_gets({fe::query("select 1")})
        .server_sends(
            {be::row_description(one_column), be::data_row({"1"}), be::command_complete("SELECT 1")})
        .server_gets({})
        .server_sends({be::ready('I')})
        .client_gets({be::row_description(one_column), be::data_row({"1"}), be::command_complete("SELECT 1"),
                      be::ready('I')})
        .server_gets({fe::query("select 2")})
        .server_sends({be::error("42601", "syntax error"), be::ready('I')})
        .client_gets({be::error("42601", "syntax error"), be::ready('I'),
                      be::ready('I')})  // the lone Sync is answered by us
        .check();
}

TEST(Link, RowsInARunPassToTheLastAndNoFurther) {
    const std::string rows =
        be::data_row({"1"}) + be::data_row({}) + be::data_row({std::string(300, 'x')}) + be::data_row({"2"});
    conversation()
        .client_sends({fe::query("select 1"), fe::query("copy t to stdout")})
        .server_gets({fe::query("select 1")})
        .server_sends(
            {be::row_description(one_column), rows, be::command_complete("SELECT 4"), be::ready('I')})
        .client_gets(
            {be::row_description(one_column), rows, be::command_complete("SELECT 4"), be::ready('I')})
        .server_gets({fe::query("copy t to stdout")})
        .server_sends(
            {be::copy_out_response(), be::copy_data("1\n"), be::copy_data("2\n"), be::data_row({"3"})})
        .client_gets(
            {be::copy_out_response(), be::copy_data("1\n"), be::copy_data("2\n"), be::data_row({"3"})})
        .stays_open()
        .check();
}

TEST(Link, AnImpossibleLengthEndsTheRunInItsPlace) {
    const std::string rows = be::data_row({"1"}) + be::data_row({"2"});
    conversation()
        .client_sends({fe::query("select 1")})
        .server_gets({fe::query("select 1")})
        .server_sends({be::row_description(one_column), rows, std::string("D\0\0\0\3", 5)})
        .client_gets({be::row_description(one_column), rows,
                      be::fatal("08P01", "message of impossible length from the upstream server")})
        .ends()
        .check();
}

TEST(Link, FunctionCallIsABoundary) {
    conversation()
        .client_sends({fe::function_call(1598), fe::function_call(1598)})
        .server_gets({fe::function_call(1598)})
        .server_sends({be::function_call_response("12345678"), be::ready('I')})
        .client_gets({be::function_call_response("12345678"), be::ready('I')})
        .server_gets({fe::function_call(1598)})
        .server_sends({be::error("42883", "function does not exist"), be::ready('I')})
        .client_gets({be::error("42883", "function does not exist"), be::ready('I')})
        .check();
}

TEST(Link, InABlockTheLinkIsOurs) {
    conversation()
        .knows("a", "select 1", {.columns = one_column})
        .in_block()
        .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets(
            {fe::parse("", "select 1"), fe::describe_statement(""), fe::bind(""), fe::execute(), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), ran, be::ready('T')})
        .client_gets({ran, be::ready('T')})
        .client_sends({fe::bind("a"), fe::execute(), fe::sync()})  // resident: no Parse
        .server_gets({fe::bind(""), fe::execute(), fe::sync()})
        .server_sends({ran, be::ready('T')})
        .client_gets({ran, be::ready('T')})
        .passes({fe::query("COMMIT")}, {be::command_complete("COMMIT"), be::ready('I')})
        .check();
}

TEST(Link, FlushWithNothingUnsyncedIsDropped) {
    conversation()
        .client_sends({fe::flush()})
        .server_gets({})
        .client_sends(
            {fe::parse("", "update t"), fe::bind(""), fe::flush(), fe::flush(), fe::sync(), fe::flush()})
        .server_gets({fe::parse("", "update t"), fe::bind(""), fe::flush(), fe::flush(), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::ready('I')})
        .client_gets({be::parse_complete(), be::bind_complete(), be::ready('I')})
        .client_sends({fe::flush()})
        .check();
}

TEST(Link, CopyMessagesOutsideACopyAreDropped) {
    conversation()
        .client_sends({fe::copy_data("1\n"), fe::copy_done(), fe::copy_fail("")})
        .server_gets({})
        .in_block()
        .client_sends({fe::copy_data("1\n"), fe::copy_done(), fe::copy_fail("")})
        .server_gets({})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(Link, LoneSyncIsAnsweredLocally) {
    conversation()
        .client_sends({fe::sync(), fe::sync()})
        .server_gets({})
        .client_gets({be::ready('I'), be::ready('I')})
        .in_block()
        .client_sends({fe::query("select 1")})
        .server_gets({fe::query("select 1")})
        .server_sends({be::command_complete("SELECT 1"), be::ready('T')})
        .client_gets({be::command_complete("SELECT 1"), be::ready('T')})
        .client_sends({fe::sync()})
        .server_gets({fe::parse("", ""), fe::sync()})  // §2, PostgreSQL 18
        .server_sends({be::parse_complete(), be::ready('T')})
        .client_gets({be::ready('T')})
        .client_sends({fe::sync()})  // behind a Sync it needs no company
        .server_gets({fe::sync()})
        .server_sends({be::ready('T')})
        .client_gets({be::ready('T')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(Link, NoticesAndParametersPassAtOnce) {
    conversation()
        .client_sends({fe::bind("nosuch"), fe::flush()})
        .server_gets({fe::close_statement("nosuch"), fe::bind("nosuch"), fe::flush()})
        .server_sends({be::parameter_status("TimeZone", "UTC"), be::close_complete(),
                       be::error("26000", "does not exist")})
        .client_gets({be::parameter_status("TimeZone", "UTC"), be::error("26000", "does not exist")})
        .server_gets({fe::sync()})  // ours: its ReadyForQuery is kept for the client's own
        .server_sends({be::notice("57P01", "going down"), be::parameter_status("a", "b"),
                       be::message('?', "of a later protocol"), be::ready('I')})
        .client_gets({be::notice("57P01", "going down"), be::parameter_status("a", "b"),
                      be::message('?', "of a later protocol")})
        .client_sends({fe::sync()})
        .client_gets({be::ready('I')})
        .check();
}

TEST(Link, NothingIsAskedOfAnIdleServer) {
    conversation()
        .server_sends({be::parameter_status("a", "b"), be::notice("00000", "n")})
        .client_gets({be::parameter_status("a", "b"), be::notice("00000", "n")})
        .server_gets({})
        .check();
}

/// PostgreSQL refuses a body, and a Sync is answered all the same.
TEST(Link, ASyncWithABodyIsTheServersToRefuse) {
    const std::string sync = fe::message('S', "x");
    const auto refused = be::error("08P01", "invalid message format");
    conversation()
        .passes({sync}, {refused, be::ready('I')})
        .client_sends({fe::parse("", "selec"), sync})
        .server_gets({fe::parse("", "selec"), fe::describe_statement(""), sync})
        .server_sends({be::error("42601", "syntax error"), refused, be::ready('I')})
        .client_gets({be::error("42601", "syntax error"), refused, be::ready('I')})
        .check();
}

TEST(Link, ASyncWithABodyBehindAnError) {
    const std::string sync = fe::message('S', "x");
    const auto refused = be::error("08P01", "invalid message format");
    const auto failed = be::error("42601", "syntax error");
    conversation()
        .client_sends({fe::execute(), fe::flush()})
        .server_gets({fe::execute(), fe::flush()})
        .server_sends({failed})
        .client_gets({failed})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_sends({sync})
        .server_gets({sync})
        .server_sends({refused, be::ready('I')})
        .client_gets({refused, be::ready('I')})
        .check();
}

TEST(Link, AFlushWithABodyFailsItsSegment) {
    const std::string flush = fe::message('H', "x");
    const auto refused = be::error("08P01", "invalid message format");
    conversation()
        .client_sends({flush, fe::parse("", "select 1"), fe::sync()})
        .server_gets({flush, fe::parse("", "select 1"), fe::describe_statement(""), fe::sync()})
        .server_sends({refused, be::ready('I')})
        .client_gets({refused, be::ready('I')})
        .check();
}

}  // namespace
}  // namespace pgsidecar::test
