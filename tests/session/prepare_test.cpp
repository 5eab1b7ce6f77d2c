#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// Semantics §3, C5: outside a block a client that has only prepared, and flushes, keeps no server.
namespace pgsidecar::test {
namespace {

const std::string prepares = fe::parse("a", "update t") + fe::describe_statement("a");
const std::string prepared = be::parse_complete() + be::description({});
const std::string on_the_server = fe::parse("", "update t") + fe::describe_statement("");
const std::string run = fe::execute() + fe::sync();
const std::string ran = be::bind_complete() + be::command_complete("UPDATE 1") + be::ready('I');

conversation& prepare(conversation& c) {
    return c.client_sends({prepares, fe::flush()})
        .server_gets({on_the_server, fe::sync()})
        .server_sends({prepared, be::ready('I')})
        .client_gets({prepared});
}

TEST(Prepare, TheServerIsFreeBeforeTheClientsSync) {
    conversation c;
    prepare(c).client_sends({fe::sync()}).server_gets({}).client_gets({be::ready('I')}).check();
}

TEST(Prepare, ItsFirstUseMayMeetAnotherServer) {
    conversation c;
    prepare(c)
        .client_sends({fe::bind("a"), run})
        .server_gets({fe::parse("", "update t"), fe::bind(""), run})
        .server_sends({be::parse_complete(), ran})
        .client_gets({ran})
        .check();
}

TEST(Prepare, WhatFollowsWaitsForTheReadyForQuery) {
    conversation c;
    c.client_sends({prepares, fe::flush(), fe::bind("a"), run})
        .server_gets({on_the_server, fe::sync()})
        .server_sends({prepared})
        .client_gets({prepared})
        .server_gets({})
        .server_sends({be::ready('I')})
        .client_gets({})
        .server_gets({fe::parse("", "update t"), fe::bind(""), run})
        .server_sends({be::parse_complete(), ran})
        .client_gets({ran})
        .check();
}

TEST(Prepare, AnUnnamedStatementIsDescribedBeforeItLeavesTheSlot) {
    conversation()
        .client_sends({fe::parse("", "select $1"), fe::flush()})
        .server_gets({fe::parse("", "select $1"), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column, {type::text}), be::ready('I')})
        .client_gets({be::parse_complete()})
        .client_sends({fe::bind("", {.values = {"1"}}), run})
        .server_gets({fe::parse("", "select $1", {type::text}), fe::describe_statement(""),
                      fe::bind("", {.values = {"1"}}), run})
        .server_sends({be::parse_complete(), be::description(one_column, {type::text}), be::bind_complete(),
                       be::command_complete("SELECT 1"), be::ready('I')})
        .client_gets({be::bind_complete(), be::command_complete("SELECT 1"), be::ready('I')})
        .check();
}

/// The ReadyForQuery of our Sync is that of the client's.
TEST(Prepare, AFailureIsSkippedToTheClientsSync) {
    const auto error = be::error("42601", "syntax error");
    conversation()
        .client_sends({prepares, fe::flush(), fe::bind("a"), fe::execute()})
        .server_gets({on_the_server, fe::sync()})
        .server_sends({error})
        .client_gets({error})
        .server_sends({be::ready('I')})
        .client_gets({})
        .server_gets({})
        .client_sends({fe::sync()})
        .server_gets({})
        .client_gets({be::ready('I')})
        .check();
}

TEST(Prepare, WhatIsBoundKeepsItsServer) {
    conversation()
        .client_sends({fe::parse("", "update t"), fe::bind(""), fe::flush()})
        .server_gets({fe::parse("", "update t"), fe::bind(""), fe::flush()})
        .server_sends({be::parse_complete(), be::bind_complete()})
        .client_gets({be::parse_complete(), be::bind_complete()})
        .client_sends({prepares, fe::flush()})
        .server_gets({on_the_server, fe::flush()})
        .server_sends({prepared})
        .client_gets({prepared})
        .stays_open()
        .check();
}

TEST(Prepare, ABlockKeepsItsServer) {
    conversation()
        .in_block()
        .client_sends({prepares, fe::flush()})
        .server_gets({on_the_server, fe::flush()})
        .server_sends({prepared})
        .client_gets({prepared})
        .stays_open()
        .check();
}

TEST(Prepare, SoDoesATextThatIsNotKept) {
    const std::string sql = "update t set a = '" + std::string(100, 'x') + "'";
    conversation()
        .max_statement_size(100)
        .client_sends({fe::parse("a", sql), fe::describe_statement("a"), fe::flush()})
        .server_gets({fe::parse("", sql), fe::describe_statement(""), fe::flush()})
        .server_sends({prepared})
        .client_gets({prepared})
        .stays_open()
        .check();
}

TEST(Prepare, AServerOfTheClientsOwnIsKept) {
    conversation()
        .pooler(pooler_kind::direct)
        .client_sends({prepares, fe::flush()})
        .server_gets({on_the_server, fe::flush()})
        .server_sends({prepared})
        .client_gets({prepared})
        .stays_open()
        .check();
}

TEST(Prepare, AClientThatLeavesThenOwesNothing) {
    conversation c;
    prepare(c).client_closes().server_gets({fe::terminate()}).ends().check();
}

}  // namespace
}  // namespace pgsidecar::test
