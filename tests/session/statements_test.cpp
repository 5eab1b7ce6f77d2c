#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// Semantics §3: statements live in the session, and on the server only as long as the link does.
namespace pgsidecar::test {
namespace {

const std::string done = be::bind_complete() + be::command_complete("UPDATE 1");

TEST(Statements, NamedParseIsUnnamedOnTheServerAndDescribed) {
    conversation()
        .client_sends({fe::parse("a", "update t set n = $1", {type::int4}), fe::sync()})
        .server_gets(
            {fe::parse("", "update t set n = $1", {type::int4}), fe::describe_statement(""), fe::sync()})
        .server_sends(
            {be::parse_complete(), be::parameter_description({type::int4}), be::no_data(), be::ready('I')})
        .client_gets({be::parse_complete(), be::ready('I')})
        .check();
}

TEST(Statements, TheClientsOwnDescribeServesAsOurs) {
    conversation()
        .client_sends({fe::parse("a", "update t set n = $1"), fe::describe_statement("a"), fe::sync()})
        .server_gets({fe::parse("", "update t set n = $1"), fe::describe_statement(""), fe::sync()})
        .server_sends(
            {be::parse_complete(), be::parameter_description({type::int4}), be::no_data(), be::ready('I')})
        .client_gets(
            {be::parse_complete(), be::parameter_description({type::int4}), be::no_data(), be::ready('I')})
        // its types are pinned
        .client_sends({fe::bind("a", {.values = {"1"}}), fe::execute(), fe::sync()})
        .server_gets({fe::parse("", "update t set n = $1", {type::int4}), fe::bind("", {.values = {"1"}}),
                      fe::execute(), fe::sync()})
        .server_sends({be::parse_complete(), done, be::ready('I')})
        .client_gets({done, be::ready('I')})
        .check();
}

TEST(Statements, TypesOfBirthArePinned) {
    conversation()
        .client_sends({fe::parse("a", "update t set n = $1"), fe::sync()})
        .server_gets({fe::parse("", "update t set n = $1"), fe::describe_statement(""), fe::sync()})
        .server_sends(
            {be::parse_complete(), be::parameter_description({type::int8}), be::no_data(), be::ready('I')})
        .client_gets({be::parse_complete(), be::ready('I')})
        .client_sends({fe::describe_statement("a"), fe::sync()})
        .server_gets({fe::parse("", "", {type::int8}), fe::describe_statement(""), fe::sync()})
        .server_sends(
            {be::parse_complete(), be::parameter_description({type::int8}), be::no_data(), be::ready('I')})
        .client_gets({be::parameter_description({type::int8}), be::no_data(), be::ready('I')})
        .check();
}

TEST(Statements, UnnamedParsePaysNothingWhenBoundOrDescribed) {
    conversation()
        .passes({fe::parse("", "update t"), fe::bind(""), fe::describe_portal(), fe::execute(), fe::sync()},
                {be::parse_complete(), be::bind_complete(), be::no_data(), be::command_complete("UPDATE 1"),
                 be::ready('I')})
        .passes({fe::parse("", "update t"), fe::describe_statement(""), fe::sync()},
                {be::parse_complete(), be::description({}), be::ready('I')})
        .check();
}

TEST(Statements, UnnamedStatementIsDescribedBeforeAnExecuteThatMayBeginACopy) {
    const std::string bound = fe::parse("", "copy t from stdin") + fe::bind("", {.portal = "p"});
    conversation()
        .client_sends({bound, fe::parse("", "select $1"), fe::execute("p"), fe::flush()})
        .server_gets(
            {bound, fe::parse("", "select $1"), fe::describe_statement(""), fe::execute("p"), fe::flush()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::parse_complete(),
                       be::description(one_column, {type::text}), be::command_complete("COPY 0")})
        .client_gets(
            {be::parse_complete(), be::bind_complete(), be::parse_complete(), be::command_complete("COPY 0")})
        .passes({fe::sync()}, {be::ready('I')})
        .check();
}

TEST(Statements, ResidentStatementIsUsedAsItIs) {
    conversation()
        .knows("a", "update t")
        .client_sends({fe::bind("a"), fe::execute(), fe::bind("a"), fe::execute(),
                       fe::describe_statement("a"), fe::sync()})
        .server_gets({fe::parse("", "update t"), fe::bind(""), fe::execute(), fe::bind(""), fe::execute(),
                      fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), done, done, be::description({}), be::ready('I')})
        .client_gets({done, done, be::description({}), be::ready('I')})
        .check();
}

TEST(Statements, BindKeepsAllButTheName) {
    const fe::binding values{.portal = "p",
                             .formats = {1, 0},
                             .values = {std::string("\0\0\0\7", 4), std::nullopt},
                             .result_formats = {1, 0, 1}};
    conversation()
        .knows("a", "update t set n = $1, m = $2", {.types = {type::int4, type::text}})
        .client_sends({fe::bind("a", values), fe::execute("p", 5), fe::sync()})
        .server_gets({fe::parse("", "update t set n = $1, m = $2", {type::int4, type::text}),
                      fe::bind("", values), fe::execute("p", 5), fe::sync()})
        .server_sends({be::parse_complete(), done, be::ready('I')})
        .client_gets({done, be::ready('I')})
        .check();
}

TEST(Statements, EqualTextsWithOtherTypesAreOtherStatements) {  // D7
    conversation()
        .knows("a", "select $1", {.types = {type::int4}})
        .knows("b", "select $1", {.types = {type::int8}})
        .client_sends({fe::bind("a", {.values = {"1"}}), fe::bind("b", {.values = {"1"}}), fe::sync()})
        .server_gets({fe::parse("", "select $1", {type::int4}), fe::bind("", {.values = {"1"}}),
                      fe::parse("", "select $1", {type::int8}), fe::bind("", {.values = {"1"}}), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::parse_complete(), be::bind_complete(),
                       be::ready('I')})
        .client_gets({be::bind_complete(), be::bind_complete(), be::ready('I')})
        .check();
}

TEST(Statements, CloseIsAnsweredInItsPlace) {
    conversation()
        .knows("a", "update t")
        .client_sends({fe::parse("", "delete from t"), fe::bind(""), fe::close_statement("a"), fe::execute(),
                       fe::sync()})
        .server_gets({fe::parse("", "delete from t"), fe::bind(""), fe::close_statement("psc_none"),
                      fe::execute(), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::close_complete(),
                       be::command_complete("DELETE 1"), be::ready('I')})
        .client_gets({be::parse_complete(), be::bind_complete(), be::close_complete(),
                      be::command_complete("DELETE 1"), be::ready('I')})
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({fe::close_statement("a"), fe::bind("a"), fe::sync()})
        .server_sends({be::close_complete(), be::error("26000", "does not exist"), be::ready('I')})
        .client_gets({be::error("26000", "does not exist"), be::ready('I')})
        .check();
}

TEST(Statements, LoneClosesTakeNoServer) {
    conversation()
        .knows("a", "update t")
        .client_sends({fe::close_statement("a"), fe::close_statement("nosuch"), fe::sync()})
        .server_gets({})
        .client_gets({be::close_complete(), be::close_complete(), be::ready('I')})
        .client_sends({fe::describe_statement("a"), fe::sync()})
        .server_gets({fe::close_statement("a"), fe::describe_statement("a"), fe::sync()})
        .server_sends({be::close_complete(), be::error("26000", "does not exist"), be::ready('I')})
        .client_gets({be::error("26000", "does not exist"), be::ready('I')})
        .check();
}

TEST(Statements, ClosesInFrontOfASegmentGoWithIt) {
    conversation()
        .knows("a", "update t")
        .client_sends({fe::close_statement("a"), fe::close_statement("b")})
        .server_gets({})
        .client_gets({})
        .client_sends({fe::parse("a", "delete from t"), fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets({fe::close_statement("psc_none"), fe::close_statement("psc_none"),
                      fe::parse("", "delete from t"), fe::describe_statement(""), fe::bind(""), fe::execute(),
                      fe::sync()})
        .server_sends({be::close_complete(), be::close_complete(), be::parse_complete(), be::description({}),
                       done, be::ready('I')})
        .client_gets({be::close_complete(), be::close_complete(), be::parse_complete(), done, be::ready('I')})
        .check();
}

TEST(Statements, CloseAndFlushIsAnsweredByTheServer) {
    conversation()
        .client_sends({fe::close_statement("a"), fe::flush()})
        .server_gets({fe::close_statement("psc_none"), fe::sync()})
        .server_sends({be::close_complete(), be::ready('I')})
        .client_gets({be::close_complete()})
        .client_sends({fe::sync()})
        .server_gets({})
        .client_gets({be::ready('I')})
        .check();
}

TEST(Statements, CloseInABlockOrAnOpenSegmentIsTheServers) {
    conversation()
        .in_block()
        .client_sends({fe::close_statement("a"), fe::sync()})
        .server_gets({fe::close_statement("psc_none"), fe::sync()})
        .server_sends({be::close_complete(), be::ready('T')})
        .client_gets({be::close_complete(), be::ready('T')})
        .passes({fe::query("COMMIT")}, {be::command_complete("COMMIT"), be::ready('I')})
        .client_sends({fe::parse("a", "update t"), fe::bind("a"), fe::flush()})
        .server_gets({fe::parse("", "update t"), fe::describe_statement(""), fe::bind(""), fe::flush()})
        .server_sends({be::parse_complete(), be::description({}), be::bind_complete()})
        .client_gets({be::parse_complete(), be::bind_complete()})
        .client_sends({fe::close_statement("b"), fe::sync()})
        .server_gets({fe::close_statement("psc_none"), fe::sync()})
        .server_sends({be::close_complete(), be::ready('I')})
        .client_gets({be::close_complete(), be::ready('I')})
        .check();
}

TEST(Statements, PortalsAreTheServersOwn) {
    conversation()
        .in_block()
        .passes({fe::parse("", "select 1"), fe::bind("", {.portal = "p"}), fe::describe_portal("p"),
                 fe::execute("p", 2), fe::sync()},
                {be::parse_complete(), be::bind_complete(), be::row_description(one_column),
                 be::portal_suspended(), be::ready('T')})
        .passes(
            {fe::execute("p", 2), fe::close_portal("p"), fe::close_portal("nosuch"), fe::sync()},
            {be::command_complete("SELECT 0"), be::close_complete(), be::close_complete(), be::ready('T')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(Statements, NamesAreComparedByTheirFirst63Bytes) {
    const std::string name63(63, 'n'), longer = name63 + "!", shorter(62, 'n');
    conversation()
        .knows(longer, "update t")
        .client_sends({fe::bind(name63), fe::bind(name63 + "?"), fe::bind(shorter), fe::sync()})
        .server_gets({fe::parse("", "update t"), fe::bind(""), fe::bind(""), fe::close_statement(shorter),
                      fe::bind(shorter), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::bind_complete(), be::close_complete(),
                       be::error("26000", "does not exist"), be::ready('I')})
        .client_gets(
            {be::bind_complete(), be::bind_complete(), be::error("26000", "does not exist"), be::ready('I')})
        .client_sends({fe::close_statement(name63 + "?"), fe::sync()})
        .client_gets({be::close_complete(), be::ready('I')})
        .client_sends({fe::parse(name63, "delete from t"), fe::sync()})  // the name is free
        .server_gets({fe::parse("", "delete from t"), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description({}), be::ready('I')})
        .client_gets({be::parse_complete(), be::ready('I')})
        .check();
}

TEST(Statements, ReplacedUnnamedStatementIsAnother) {
    conversation()
        .passes({fe::parse("", "update t"), fe::describe_statement(""), fe::sync()},
                {be::parse_complete(), be::description({}), be::ready('I')})
        .passes({fe::parse("", "delete from t"), fe::describe_statement(""), fe::sync()},
                {be::parse_complete(), be::description({}), be::ready('I')})
        .client_sends({fe::bind(""), fe::execute(), fe::sync()})
        .server_gets({fe::parse("", "delete from t"), fe::bind(""), fe::execute(), fe::sync()})
        .server_sends({be::parse_complete(), done, be::ready('I')})
        .client_gets({done, be::ready('I')})
        .check();
}

TEST(Statements, UnnamedIsDescribedBeforeAnotherTakesItsPlace) {
    conversation()
        .knows("a", "update t")
        .client_sends(
            {fe::parse("", "select $1"), fe::bind("a"), fe::parse("b", "delete from t"), fe::sync()})
        .server_gets({fe::parse("", "select $1"), fe::describe_statement(""), fe::parse("", "update t"),
                      fe::bind(""), fe::parse("", "delete from t"), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column, {type::text}), be::parse_complete(),
                       be::bind_complete(), be::parse_complete(), be::description({}), be::ready('I')})
        .client_gets({be::parse_complete(), be::bind_complete(), be::parse_complete(), be::ready('I')})
        .client_sends({fe::describe_statement(""), fe::sync()})
        .server_gets({fe::parse("", "select $1", {type::text}), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column, {type::text}), be::ready('I')})
        .client_gets({be::description(one_column, {type::text}), be::ready('I')})
        .check();
}

TEST(Statements, OtherEncodingsAreLeftToTheServer) {
    const std::string latin1 = "select '\xe9'";
    conversation()
        .server_sends({be::parameter_status("client_encoding", "LATIN1")})
        .client_gets({be::parameter_status("client_encoding", "LATIN1")})
        .knows("\xe9", latin1)
        .client_sends({fe::bind("\xe9"), fe::sync()})
        .server_gets({fe::parse("", latin1), fe::bind(""), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::ready('I')})
        .client_gets({be::bind_complete(), be::ready('I')})
        .check();
}

}  // namespace
}  // namespace pgsidecar::test
