#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// Semantics §2: Query and FunctionCall behind un-synced messages.
namespace pgsidecar::test {
namespace {

const std::string insert = fe::parse("", "insert into t values (1)") + fe::bind("") + fe::execute();
const std::string inserted = be::parse_complete() + be::bind_complete() + be::command_complete("INSERT 0 1");
const std::string selected = be::command_complete("SELECT 1") + be::ready('I');

TEST(SimpleQuery, PassesAsItIs) {
    conversation()
        .passes({fe::query("select 1; select 2")},
                {be::row_description(one_column), be::data_row({"1"}), be::command_complete("SELECT 1"),
                 be::row_description(one_column), be::data_row({"2"}), be::command_complete("SELECT 1"),
                 be::ready('I')})
        .passes({fe::query("")}, {be::empty_query(), be::ready('I')})
        .passes({fe::query("select '\xff'")}, {be::error("22021", "invalid byte sequence"), be::ready('I')})
        .passes({fe::message('Q', "no end")},
                {be::error("08P01", "invalid string in message"), be::ready('I')})
        .passes({fe::query("copy t to stdout")},
                {be::copy_out_response(), be::copy_data("1\n"), be::copy_done(),
                 be::command_complete("COPY 1"), be::ready('I')})
        .check();
}

TEST(SimpleQuery, WaitsForWhatIsUnsynced) {
    conversation()
        .client_sends({insert, fe::query("select 1")})
        .server_gets({insert, fe::flush()})  // no Sync: it would commit
        .server_sends({inserted})
        .client_gets({inserted})
        .server_gets({fe::query("select 1")})
        .server_sends({selected})
        .client_gets({selected})
        .check();
}

TEST(SimpleQuery, IsDroppedBehindAnError) {  // B6
    const auto failed = be::error("42601", "syntax error");
    conversation()
        .client_sends({fe::parse("", "bad"), fe::query("select 1"), fe::query("select 2"), fe::sync()})
        .server_gets({fe::parse("", "bad"), fe::flush()})
        .server_sends({failed})
        .client_gets({failed})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')})
        .check();
}

TEST(SimpleQuery, BehindAnsweredMessagesWaitsForNothing) {  // asyncpg's COPY
    conversation()
        .in_block()
        .passes({fe::parse("", "select 1"), fe::describe_statement(""), fe::flush()},
                {be::parse_complete(), be::description(one_column)})
        .passes({fe::query("COMMIT")}, {be::command_complete("COMMIT"), be::ready('I')})
        .check();
}

TEST(SimpleQuery, DestroysTheUnnamedStatement) {  // A1
    for (const char* text : {"select 1", "", "not sql"}) {
        conversation()
            .passes({fe::parse("", "select 1"), fe::describe_statement(""), fe::sync()},
                    {be::parse_complete(), be::description(one_column), be::ready('I')})
            .passes({fe::query(text)}, {be::command_complete("whatever"), be::ready('I')})
            .client_sends({fe::bind(""), fe::sync()})
            .server_gets({fe::close_statement(""), fe::bind(""), fe::sync()})
            .server_sends({be::close_complete(), be::error("26000", "unnamed"), be::ready('I')})
            .client_gets({be::error("26000", "unnamed"), be::ready('I')})
            .check();
    }
}

TEST(SimpleQuery, FunctionCallSparesTheUnnamedStatement) {
    conversation()
        .in_block()
        .passes({fe::parse("", "select 1"), fe::describe_statement(""), fe::sync()},
                {be::parse_complete(), be::description(one_column), be::ready('T')})
        .passes({fe::function_call(1598)}, {be::function_call_response("x"), be::ready('T')})
        .passes({fe::bind(""), fe::execute(), fe::sync()},
                {be::bind_complete(), be::data_row({"1"}), be::command_complete("SELECT 1"), be::ready('T')})
        .passes({fe::query("COMMIT")}, {be::command_complete("COMMIT"), be::ready('I')})
        .check();
}

TEST(SimpleQuery, FunctionCallWaitsAndIsDroppedLikeAQuery) {
    const auto failed = be::error("42601", "syntax error");
    conversation()
        .client_sends({insert, fe::function_call(1598)})
        .server_gets({insert, fe::flush()})
        .server_sends({inserted})
        .client_gets({inserted})
        .server_gets({fe::function_call(1598)})
        .server_sends({be::function_call_response("x"), be::ready('I')})
        .client_gets({be::function_call_response("x"), be::ready('I')})
        .client_sends({fe::parse("", "bad"), fe::function_call(1598), fe::sync()})
        .server_gets({fe::parse("", "bad"), fe::flush()})
        .server_sends({failed})
        .client_gets({failed})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')})
        .check();
}

TEST(SimpleQuery, JoinsTheImplicitTransaction) {  // C4, and PostgreSQL 18: P B E Q is answered Z T
    conversation()
        .client_sends({insert, fe::query("select 1")})
        .server_gets({insert, fe::flush()})
        .server_sends({inserted})
        .client_gets({inserted})
        .server_gets({fe::query("select 1")})
        .server_sends({be::command_complete("SELECT 1"), be::ready('T')})
        .client_gets({be::command_complete("SELECT 1"), be::ready('T')})
        .client_sends({fe::sync()})
        .server_gets({fe::parse("", ""), fe::sync()})
        .server_sends({be::parse_complete(), be::ready('I')})
        .client_gets({be::ready('I')})
        .check();
}

}  // namespace
}  // namespace pgsidecar::test
