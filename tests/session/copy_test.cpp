#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// Semantics §6: COPY FROM STDIN, every row of the table.
namespace pgsidecar::test {
namespace {

const std::string copy = fe::parse("", "copy t from stdin") + fe::bind("") + fe::execute();
const std::string bound = be::parse_complete() + be::bind_complete();
const std::string begun = bound + be::copy_in_response();
/// Outside a block a COPY by Query goes as this.
const std::string by_query = fe::query("copy t from stdin");
const std::string as_execute = copy + fe::flush();
const std::string data = fe::copy_data("1\n");
const std::string copied = be::command_complete("COPY 1");
const std::string bad_row = be::error("22P02", "invalid input syntax");
const std::string no_table = be::error("42P01", "relation \"t\" does not exist");
const std::string client_failed = be::error("57014", "COPY from stdin failed: no");

TEST(Copy, ExtendedSyncBehindExecuteIsEaten) {
    conversation()
        .client_sends({copy, fe::sync()})
        .server_gets({copy, fe::sync()})
        .server_sends({begun})
        .client_gets({begun})
        .client_sends({data, fe::sync(), fe::flush(), fe::copy_done(), fe::sync()})
        .server_gets({data, fe::copy_done(), fe::sync()})
        .server_sends({copied, be::ready('I')})
        .client_gets({copied, be::ready('I')})
        .check();
}

TEST(Copy, ExtendedInOneWrite) {
    conversation()
        .client_sends({copy, fe::sync(), data, fe::copy_done(), fe::sync()})
        .server_gets({copy, fe::sync()})  // data is held until it is known whether it will be read
        .server_sends({begun})
        .client_gets({begun})
        .server_gets({data, fe::copy_done(), fe::sync()})
        .server_sends({copied, be::ready('I')})
        .client_gets({copied, be::ready('I')})
        .check();
}

TEST(Copy, ExtendedWithoutASyncInFrontAsksForTheAnswer) {
    conversation()
        .client_sends({copy, data, fe::copy_done(), fe::sync()})
        .server_gets({copy, fe::flush()})
        .server_sends({begun})
        .client_gets({begun})
        .server_gets({data, fe::copy_done(), fe::sync()})
        .server_sends({copied, be::ready('I')})
        .client_gets({copied, be::ready('I')})
        .check();
}

TEST(Copy, ExtendedFailingBeforeItStarts) {
    conversation()
        .client_sends({copy, fe::sync(), data, fe::copy_done(), fe::sync()})
        .server_gets({copy, fe::sync()})
        .server_sends({bound, no_table, be::ready('I')})
        .client_gets(
            {bound, no_table, be::ready('I'), be::ready('I')})  // both Syncs are answered, the second by us
        .server_gets({})
        .check();
}

TEST(Copy, ExtendedFailingBeforeItStartsInABlock) {
    conversation()
        .in_block()
        .client_sends({copy, fe::sync(), data, fe::copy_done(), fe::sync()})
        .server_gets({copy, fe::sync()})
        .server_sends({bound, no_table, be::ready('E')})
        .client_gets({bound, no_table, be::ready('E')})
        .server_gets({fe::sync()})
        .server_sends({be::ready('E')})
        .client_gets({be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(Copy, ExtendedBadRow) {
    conversation()
        .client_sends({copy, fe::sync()})
        .server_gets({copy, fe::sync()})
        .server_sends({begun})
        .client_gets({begun})
        .client_sends({data})
        .server_gets({data})
        .server_sends({bad_row})
        .client_gets({bad_row})
        .server_gets({fe::sync()})  // ours
        .server_sends({be::ready('I')})
        .client_gets({})
        .client_sends({data, fe::copy_done(), fe::sync()})
        .server_gets({})
        .client_gets({be::ready('I')})
        .check();
}

TEST(Copy, ExtendedBadRowThatCrossesTheEnd) {
    conversation()
        .client_sends({copy, fe::sync()})
        .server_gets({copy, fe::sync()})
        .server_sends({begun})
        .client_gets({begun})
        .client_sends({data, fe::copy_done(), fe::sync()})
        .server_gets({data, fe::copy_done(), fe::sync()})
        .server_sends({bad_row, be::ready('I')})
        .client_gets({bad_row, be::ready('I')})
        .check();
}

TEST(Copy, ExtendedCopyFail) {
    conversation()
        .client_sends({copy, fe::flush()})
        .server_gets({copy, fe::flush()})
        .server_sends({begun})
        .client_gets({begun})
        .client_sends({data, fe::copy_fail("no"), fe::sync()})
        .server_gets({data, fe::copy_fail("no"), fe::sync()})
        .server_sends({client_failed, be::ready('I')})
        .client_gets({client_failed, be::ready('I')})
        .check();
}

TEST(Copy, TwoInOneSegment) {
    conversation()
        .client_sends({copy, copy, fe::sync()})
        .server_gets({copy, copy, fe::sync()})
        .server_sends({begun})
        .client_gets({begun})
        .stays_open()
        .check();
}

TEST(Copy, SimpleGood) {
    conversation()
        .client_sends({by_query})
        .server_gets({as_execute})
        .server_sends({begun})
        .client_gets({be::copy_in_response()})
        .client_sends({data, fe::flush(), fe::sync(), data})
        .server_gets({data, data})
        .client_sends({fe::copy_done()})
        .server_gets({fe::copy_done(), fe::sync()})
        .server_sends({copied, be::ready('I')})
        .client_gets({copied, be::ready('I')})
        .check();
}

/// A deferred constraint, say: natively the tag is never told.
TEST(Copy, SimpleThatFailsAtItsCommit) {
    const auto duplicate = be::error("23505", "duplicate key value violates unique constraint");
    conversation()
        .client_sends({by_query, data, fe::copy_done()})
        .server_gets({as_execute})
        .server_sends({begun})
        .client_gets({be::copy_in_response()})
        .server_gets({data, fe::copy_done(), fe::sync()})
        .server_sends({copied})
        .client_gets({})
        .server_sends({be::notice("00000", "checked"), duplicate, be::ready('I')})
        .client_gets({be::notice("00000", "checked"), duplicate, be::ready('I')})
        .check();
}

TEST(Copy, SimpleInOneWrite) {
    conversation()
        .client_sends({by_query, data, fe::copy_done(), fe::query("select 1")})
        .server_gets({as_execute})
        .server_sends({begun})
        .client_gets({be::copy_in_response()})
        .server_gets({data, fe::copy_done(), fe::sync()})
        .server_sends({copied, be::ready('I')})
        .client_gets({copied, be::ready('I')})
        .server_gets({fe::query("select 1")})
        .server_sends({be::command_complete("SELECT 1"), be::ready('I')})
        .client_gets({be::command_complete("SELECT 1"), be::ready('I')})
        .check();
}

TEST(Copy, SimpleCopyFail) {
    conversation()
        .client_sends({by_query})
        .server_gets({as_execute})
        .server_sends({begun})
        .client_gets({be::copy_in_response()})
        .client_sends({fe::copy_fail("no"), fe::copy_done(), fe::query("select 1")})
        .server_gets({fe::copy_fail("no"), fe::sync()})
        .server_sends({client_failed, be::ready('I')})
        .client_gets({client_failed, be::ready('I')})
        .server_gets({fe::query("select 1")})
        .server_sends({be::command_complete("SELECT 1"), be::ready('I')})
        .client_gets({be::command_complete("SELECT 1"), be::ready('I')})
        .check();
}

TEST(Copy, SimpleBadRowIgnoresTheRest) {
    conversation()
        .client_sends({by_query})
        .server_gets({as_execute})
        .server_sends({begun})
        .client_gets({be::copy_in_response()})
        .client_sends({data})
        .server_gets({data})
        .server_sends({bad_row})
        .client_gets({bad_row})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')})
        .client_sends({data, fe::copy_done()})
        .server_gets({})
        .client_gets({})
        .check();
}

TEST(Copy, SimpleBadRowThatCrossesTheEnd) {
    conversation()
        .client_sends({by_query})
        .server_gets({as_execute})
        .server_sends({begun})
        .client_gets({be::copy_in_response()})
        .client_sends({data, fe::copy_done()})
        .server_gets({data, fe::copy_done(), fe::sync()})
        .server_sends({bad_row, be::ready('I')})
        .client_gets({bad_row, be::ready('I')})
        .server_gets({})
        .check();
}

/// The Sync does not stand in the middle of a CopyData.
TEST(Copy, SimpleBadRowInTheMiddleOfAMessage) {
    const std::string message = fe::copy_data("1\n2\n3\n4\n");
    conversation()
        .client_sends({by_query})
        .server_gets({as_execute})
        .server_sends({begun})
        .client_gets({be::copy_in_response()})
        .client_sends({message.substr(0, 9)})
        .server_gets({message.substr(0, 9)})
        .server_sends({bad_row})
        .client_gets({bad_row})
        .server_gets({})
        .client_sends({message.substr(9), data, fe::copy_done()})
        .server_gets({message.substr(9), fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')})
        .server_gets({})
        .check();
}

TEST(Copy, SimpleFailingBeforeItStarts) {  // B12
    conversation()
        .client_sends({by_query, data, fe::copy_done(), fe::sync()})
        .server_gets({as_execute})
        .server_sends({bound, no_table})
        .client_gets({no_table})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I'), be::ready('I')})
        .server_gets({})
        .check();
}

TEST(Copy, SimpleThatIsNoSql) {
    const auto error = be::error("42601", "syntax error");
    const std::string text = "copy t from stdin garbage";
    conversation()
        .client_sends({fe::query(text), fe::parse("", "select 1"), fe::sync()})
        .server_gets({fe::parse("", text), fe::bind(""), fe::execute(), fe::flush()})
        .server_sends({error})
        .client_gets({error})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')})
        .server_gets({fe::parse("", "select 1"), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), be::ready('I')})
        .client_gets({be::parse_complete(), be::ready('I')})
        .check();
}

TEST(Copy, SimpleOfAClientThatLeaves) {
    conversation()
        .client_sends({by_query})
        .server_gets({as_execute})
        .server_sends({begun})
        .client_gets({be::copy_in_response()})
        .client_closes()
        .server_gets({fe::copy_fail("client has left"), fe::sync()})
        .server_sends({client_failed, be::ready('I')})
        .server_gets({fe::terminate()})
        .client_gets({})
        .ends()
        .check();
}

/// A server of the client's own stays, whatever fails.
TEST(Copy, SimpleOnADirectServerPasses) {
    conversation()
        .pooler(pooler_kind::direct)
        .passes({by_query}, {be::copy_in_response()})
        .passes({data, fe::copy_done()}, {copied, be::ready('I')})
        .check();
}

TEST(Copy, SimpleInABlock) {
    conversation()
        .in_block()
        .passes({by_query}, {be::copy_in_response()})
        .passes({data, fe::copy_done()}, {copied, be::ready('T')})
        .passes({fe::query("COMMIT")}, {be::command_complete("COMMIT"), be::ready('I')})
        .check();
}

TEST(Copy,
     SimpleCopyFailInAStringIsFollowedByASyncOfOurs) {  // data that crossed the error has taken a server
    conversation()
        .passes({fe::query("copy t from stdin; select 1")}, {be::copy_in_response()})
        .passes({fe::copy_fail("no")}, {client_failed, be::ready('I')})
        .server_gets({fe::sync()})
        .client_sends({fe::copy_done(), fe::query("select 1")})
        .server_gets({})
        .server_sends({be::ready('I')})
        .client_gets({})
        .server_gets({fe::query("select 1")})
        .server_sends({be::command_complete("SELECT 1"), be::ready('I')})
        .client_gets({be::command_complete("SELECT 1"), be::ready('I')})
        .check();
}

TEST(Copy, TwoInOneString) {
    conversation()
        .passes({fe::query("copy t from stdin; copy t from stdin")}, {be::copy_in_response()})
        .passes({data, fe::copy_done()}, {copied, be::copy_in_response()})
        .passes({data, fe::copy_done()}, {copied, be::ready('I')})
        .check();
}

TEST(Copy, FirstOfTwoInOneStringFails) {
    conversation()
        .passes({fe::query("copy t from stdin; copy t from stdin")}, {be::copy_in_response()})
        .passes({fe::copy_fail("no")}, {client_failed, be::ready('I')})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .check();
}

TEST(Copy, AnyOtherMessageEndsTheConnection) {
    const auto fatal = be::fatal("08P01", "terminating connection because protocol synchronization was lost");
    const auto unexpected = be::error("08P01", "unexpected message type 0x51 during COPY from stdin");
    for (const std::string& other :
         {fe::query("select 1"), fe::parse("", "select 1"), fe::close_statement("a"), fe::execute()}) {
        conversation()
            .client_sends({by_query})
            .server_gets({as_execute})
            .server_sends({begun})
            .client_gets({be::copy_in_response()})
            .client_sends({other})
            .server_gets({other})
            .server_sends({unexpected, fatal})
            .client_gets({unexpected, fatal})
            .ends()
            .check();
    }
}

TEST(Copy, BeginsWithTheResponseAndNotWithAText) {  // EXECUTE of a prepared COPY
    conversation()
        .knows("c", "copy t from stdin")
        .client_sends({fe::query("execute c"), data, fe::copy_done()})
        .server_gets({fe::close_statement("c"), fe::parse("c", "copy t from stdin"), fe::flush()})
        .server_sends({be::close_complete(), be::parse_complete()})
        .client_gets({})
        .server_gets({fe::query("execute c")})
        .server_sends({be::copy_in_response()})
        .client_gets({be::copy_in_response()})
        .server_gets({data, fe::copy_done()})
        .server_sends({copied, be::ready('I')})
        .client_gets({copied, be::ready('I')})
        .check();
}

TEST(Copy, OutPassesInBothProtocols) {
    const std::string out =
        be::copy_out_response() + be::copy_data("1\n") + be::copy_data("") + be::copy_done() + copied;
    conversation()
        .passes({fe::query("copy t to stdout")}, {out, be::ready('I')})
        .passes({fe::parse("", "copy t to stdout"), fe::bind(""), fe::execute(), fe::sync()},
                {bound, out, be::ready('I')})
        .check();
}

}  // namespace
}  // namespace pgsidecar::test
