#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// Semantics §5: the server itself fails, under the client's own name.
namespace pgsidecar::test {
namespace {

using messages = conversation::messages;

const std::string unknown =
    be::error("26000", "prepared statement \"n\" does not exist", {{'R', "FetchPreparedStatement"}});

/// A segment of one message that is to fail: what the server gets in its place, and what it answers up to its
/// error.
struct failure {
    std::string name;
    conversation before;
    std::string message;
    std::string on_the_server;
    std::string answer;
    std::string error;
};

std::vector<failure> failures() {
    const auto exists =
        be::error("42P05", "prepared statement \"n\" already exists", {{'R', "StorePreparedStatement"}});
    const auto count =
        be::error("08P01", "bind message supplies 1 parameters, but prepared statement \"n\" requires 2");
    const fe::binding one{.values = {"1"}};
    return {
        {"26000 at Bind", conversation(), fe::bind("n", one), fe::close_statement("n") + fe::bind("n", one),
         be::close_complete(), unknown},
        {"26000 at Describe", conversation(), fe::describe_statement("n"),
         fe::close_statement("n") + fe::describe_statement("n"), be::close_complete(), unknown},
        {"26000 of \"\" at Bind", conversation(), fe::bind("", one),
         fe::close_statement("") + fe::bind("", one), be::close_complete(),
         be::error("26000", "unnamed prepared statement does not exist")},
        {"26000 of \"\" at Describe", conversation(), fe::describe_statement(""),
         fe::close_statement("") + fe::describe_statement(""), be::close_complete(),
         be::error("26000", "unnamed prepared statement does not exist")},
        {"42P05", conversation().knows("n", "select 1"), fe::parse("n", "select 2", {type::int4}),
         fe::close_statement("n") + fe::parse("n", "") + fe::parse("n", "select 2", {type::int4}),
         be::close_complete() + be::parse_complete(), exists},
        {"08P01 with the types of birth",
         conversation().knows("n", "update t set a = $1, b = $2", {.types = {type::int4, type::int8}}),
         fe::bind("n", one),
         fe::close_statement("n") + fe::parse("n", "", {type::int4, type::int8}) + fe::bind("n", one),
         be::close_complete() + be::parse_complete(), count},
        {"malformed Parse", conversation(), fe::message('P', "n"), fe::message('P', "n"), "",
         be::error("08P01", "invalid message format")},
        {"malformed Parse of a name in use", conversation().knows("n", "select 1"), fe::message('P', "n"),
         fe::message('P', "n"), "", be::error("08P01", "invalid message format")},
        {"malformed Bind", conversation(), fe::message('B', "p"), fe::message('B', "p"), "",
         be::error("08P01", "invalid string in message")},
        {"malformed Describe", conversation(), fe::message('D', "Q"), fe::message('D', "Q"), "",
         be::error("08P01", "invalid DESCRIBE")},
        {"bad UTF-8 in Parse", conversation(), fe::parse("n", "select '\xff'"),
         fe::parse("n", "select '\xff'"), "", be::error("22021", "invalid byte sequence")},
        {"bad UTF-8 in the name of a Bind", conversation(), fe::bind("\xc0\x80"), fe::bind("\xc0\x80"), "",
         be::error("22021", "invalid byte sequence")},
        {"bad UTF-8 in the name of a Describe", conversation(), fe::describe_statement("\xed\xa0\x80"),
         fe::describe_statement("\xed\xa0\x80"), "", be::error("22021", "invalid byte sequence")},
    };
}

TEST(Failures, AreTheServersOwn) {
    for (const failure& f : failures()) {
        SCOPED_TRACE(f.name);
        conversation c = f.before;
        c.client_sends({f.message, fe::sync()})
            .server_gets({f.on_the_server, fe::sync()})
            .server_sends({f.answer, f.error, be::ready('I')})
            .client_gets({f.error, be::ready('I')})
            .check();
    }
}

TEST(Failures, OurSyncComesAtOnceAndServesAsTheClients) {
    for (const failure& f : failures()) {
        SCOPED_TRACE(f.name);
        // A segment that only prepares has its Sync in the place of the Flush.
        const bool only_prepares =
            f.message.front() == 'P' || (f.message.front() == 'D' && f.name.starts_with("26000"));
        conversation c = f.before;
        c.client_sends({f.message, fe::flush()})
            .server_gets({f.on_the_server, only_prepares ? fe::sync() : fe::flush()})
            .server_sends({f.answer, f.error})
            .client_gets({f.error})
            .server_gets({only_prepares ? "" : fe::sync()})
            .client_sends({fe::execute(), fe::parse("x", "select 1"), fe::close_statement("n"), fe::flush()})
            .server_gets({})
            .server_sends({be::ready('I')})
            .client_gets({})
            .client_sends({fe::bind(""), fe::query("select 1"), fe::sync()})
            .server_gets({})
            .client_gets({be::ready('I')})
            .check();
    }
}

TEST(Failures, CountOfUnknownTypesIsThatOfTheText) {  // 08P01 before the server has described the statement
    const fe::binding one{.values = {"1"}};
    conversation()
        .client_sends({fe::parse("n", "select $2 /* $9 */, '$7'"), fe::bind("n", one), fe::sync()})
        .server_gets({fe::parse("", "select $2 /* $9 */, '$7'"), fe::describe_statement(""),
                      fe::close_statement("n"), fe::parse("n", "", {25, 25}), fe::bind("n", one), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column, {25, 25}), be::close_complete(),
                       be::parse_complete(), be::error("08P01", "requires 2"), be::ready('I')})
        .client_gets({be::parse_complete(), be::error("08P01", "requires 2"), be::ready('I')})
        .check();
}

TEST(Failures, CountIsTheDeclaredTypesIfTheyAreMore) {
    const fe::binding two{.values = {"1", "2"}};
    conversation()
        .client_sends({fe::parse("n", "select $1", {23, 23}), fe::bind("n", two), fe::sync()})
        .server_gets(
            {fe::parse("", "select $1", {23, 23}), fe::describe_statement(""), fe::bind("", two), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column, {23, 23}), be::bind_complete(),
                       be::ready('I')})
        .client_gets({be::parse_complete(), be::bind_complete(), be::ready('I')})
        .check();
}

TEST(Failures, CountsAreUnsigned) {
    const std::vector<oid> types(65535, type::int4);
    const fe::binding all{.values = std::vector<std::optional<std::string>>(65535, "1")};
    const fe::binding less{.values = std::vector<std::optional<std::string>>(65534, "1")};
    conversation()
        .client_sends(
            {fe::parse("n", "update t", types), fe::bind("n", all), fe::bind("n", less), fe::sync()})
        .server_gets({fe::parse("", "update t", types), fe::describe_statement(""), fe::bind("", all),
                      fe::close_statement("n"), fe::parse("n", "", std::vector<oid>(65535, 25)),
                      fe::bind("n", less), fe::sync()})
        .server_sends({be::parse_complete(), be::parameter_description(types), be::no_data(),
                       be::bind_complete(), be::close_complete(), be::parse_complete(),
                       be::error("08P01", "requires 65535"), be::ready('I')})
        .client_gets(
            {be::parse_complete(), be::bind_complete(), be::error("08P01", "requires 65535"), be::ready('I')})
        .check_in_pieces({0, 4096, 60'001});
}

TEST(Failures, ReParseErrorIsTheAnswerOfTheBind) {  // D4
    const auto gone =
        be::error("42P01", "relation \"t\" does not exist", {{'P', "15"}, {'R', "parserOpenTable"}});
    conversation()
        .knows("n", "select * from t", {.columns = one_column})
        .client_sends({fe::bind("n"), fe::execute(), fe::sync()})
        .server_gets({fe::parse("", "select * from t"), fe::describe_statement(""), fe::bind(""),
                      fe::execute(), fe::sync()})
        .server_sends({gone, be::ready('I')})
        .client_gets({gone, be::ready('I')})
        .client_sends({fe::bind("n"), fe::flush()})  // the statement stays
        .server_gets(
            {fe::parse("", "select * from t"), fe::describe_statement(""), fe::bind(""), fe::flush()})
        .server_sends({be::parse_complete(), be::description(one_column), be::bind_complete()})
        .client_gets({be::bind_complete()})
        .passes({fe::sync()}, {be::ready('I')})
        .check();
}

TEST(Failures, WhatWasSkippedLeavesNoTrace) {
    const auto failed = be::error("42601", "syntax error");
    conversation()
        .knows("a", "update t")
        .client_sends({fe::parse("b", "bad"), fe::parse("c", "delete from t"), fe::close_statement("a"),
                       fe::parse("", "select 1"), fe::sync()})
        .server_gets({fe::parse("", "bad"), fe::describe_statement(""), fe::parse("", "delete from t"),
                      fe::describe_statement(""), fe::close_statement("psc_none"), fe::parse("", "select 1"),
                      fe::describe_statement(""), fe::sync()})
        .server_sends({failed, be::ready('I')})
        .client_gets({failed, be::ready('I')})
        .client_sends({fe::bind("a"), fe::bind("c"), fe::sync()})
        .server_gets(
            {fe::parse("", "update t"), fe::bind(""), fe::close_statement("c"), fe::bind("c"), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::close_complete(),
                       be::error("26000", "c"), be::ready('I')})
        .client_gets({be::bind_complete(), be::error("26000", "c"), be::ready('I')})
        .client_sends({fe::bind("b"), fe::sync(), fe::bind(""), fe::sync()})
        .server_gets({fe::close_statement("b"), fe::bind("b"), fe::sync()})
        .server_sends({be::close_complete(), be::error("26000", "b"), be::ready('I')})
        .client_gets({be::error("26000", "b"), be::ready('I')})
        .server_gets({fe::close_statement(""), fe::bind(""), fe::sync()})
        .server_sends({be::close_complete(), be::error("26000", "unnamed"), be::ready('I')})
        .client_gets({be::error("26000", "unnamed"), be::ready('I')})
        .check();
}

TEST(Failures, WhatWasAnsweredStays) {
    const auto failed = be::error("22012", "division by zero");
    conversation()
        .knows("a", "update t")
        .client_sends({fe::parse("b", "delete from t"), fe::close_statement("a"), fe::parse("", "select 1/0"),
                       fe::bind(""), fe::execute(), fe::sync()})
        .server_gets({fe::parse("", "delete from t"), fe::describe_statement(""),
                      fe::close_statement("psc_none"), fe::parse("", "select 1/0"), fe::bind(""),
                      fe::execute(), fe::sync()})
        .server_sends({be::parse_complete(), be::description({}), be::close_complete(), be::parse_complete(),
                       be::bind_complete(), failed, be::ready('I')})
        .client_gets({be::parse_complete(), be::close_complete(), be::parse_complete(), be::bind_complete(),
                      failed, be::ready('I')})
        .client_sends({fe::bind("b"), fe::bind(""), fe::bind("a"), fe::sync()})
        .server_gets({fe::parse("", "delete from t"), fe::bind(""), fe::parse("", "select 1/0"), fe::bind(""),
                      fe::close_statement("a"), fe::bind("a"), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::parse_complete(), be::bind_complete(),
                       be::close_complete(), be::error("26000", "a"), be::ready('I')})
        .client_gets({be::bind_complete(), be::bind_complete(), be::error("26000", "a"), be::ready('I')})
        .check();
}

TEST(Failures, SlotGoesBackToWhatWasAnswered) {
    const auto failed = be::error("42601", "syntax error");
    conversation()
        .knows("a", "update t")
        .in_block()
        .client_sends({fe::bind("a"), fe::execute("nosuch"), fe::parse("", "select 1"), fe::sync()})
        .server_gets({fe::parse("", "update t"), fe::bind(""), fe::execute("nosuch"),
                      fe::parse("", "select 1"), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), failed, be::ready('E')})
        .client_gets({be::bind_complete(), failed, be::ready('E')})
        // a is still resident: its own Bind says 25P02
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({fe::bind(""), fe::sync()})
        .server_sends({be::error("25P02", "aborted"), be::ready('E')})
        .client_gets({be::error("25P02", "aborted"), be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(Failures, ProvokedForTheUnnamedNameEmptyTheSlot) {
    const auto unnamed = be::error("26000", "unnamed prepared statement does not exist");
    conversation()
        .knows("a", "update t")
        .in_block()
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({fe::parse("", "update t"), fe::bind(""), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::ready('T')})
        .client_gets({be::bind_complete(), be::ready('T')})
        .client_sends({fe::bind(""), fe::sync()})
        .server_gets({fe::close_statement(""), fe::bind(""), fe::sync()})
        .server_sends({be::close_complete(), unnamed, be::ready('E')})
        .client_gets({unnamed, be::ready('E')})
        // a is resident no more
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({fe::parse("", ""), fe::bind(""), fe::sync()})
        .server_sends({be::parse_complete(), be::error("25P02", "aborted"), be::ready('E')})
        .client_gets({be::error("25P02", "aborted"), be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

}  // namespace
}  // namespace pgsidecar::test
