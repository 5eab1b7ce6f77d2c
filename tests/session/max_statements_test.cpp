#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// A client that holds as many statements as it may: one more fails in its place, by either protocol, and the
/// client can go on.
namespace pgsidecar::test {
namespace {

const std::string forced_failure = fe::close_statement("psc_refuse") + fe::bind("psc_refuse");
const std::string failed = be::close_complete() + be::error("26000", "psc_refuse");
const std::string too_many = be::error("53400", "too many prepared statements",
                                       {{'H', "Deallocate some, or raise max_statements of pgsidecar."}});

conversation full() {
    return conversation().max_statements(2).knows("a", "update t").knows("b", "delete from t");
}

/// A Query that fails in its place.
conversation& refuses(conversation& c, const std::string& text) {
    return c.client_sends({fe::query(text)})
        .server_gets({forced_failure, fe::flush()})
        .server_sends({failed})
        .client_gets({too_many})
        .server_gets({fe::sync()})
        .server_sends({be::ready('I')})
        .client_gets({be::ready('I')});
}

/// The client gets a statement `c`.
conversation& takes_another(conversation& c) {
    return c.client_sends({fe::parse("c", "select 1"), fe::sync()})
        .server_gets({fe::parse("", "select 1"), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description(one_column), be::ready('I')})
        .client_gets({be::parse_complete(), be::ready('I')});
}

TEST(MaxStatements, OneMoreParseFailsAndTheRestServe) {
    full()
        .client_sends({fe::parse("c", "select 1"), fe::bind("c"), fe::execute(), fe::sync()})
        .server_gets({forced_failure, fe::close_statement("c"), fe::bind("c"), fe::execute(), fe::sync()})
        .server_sends({failed, be::ready('I')})
        .client_gets({too_many, be::ready('I')})
        .client_sends({fe::bind("a"), fe::execute(), fe::sync()})
        .server_gets({fe::parse("", "update t"), fe::bind(""), fe::execute(), fe::sync()})
        .server_sends(
            {be::parse_complete(), be::bind_complete(), be::command_complete("UPDATE 0"), be::ready('I')})
        .client_gets({be::bind_complete(), be::command_complete("UPDATE 0"), be::ready('I')})
        .check();
}

TEST(MaxStatements, ABlockFails) {
    full()
        .in_block()
        .client_sends({fe::parse("c", "select 1"), fe::sync()})
        .server_gets({forced_failure, fe::sync()})
        .server_sends({failed, be::ready('E')})
        .client_gets({too_many, be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(MaxStatements, ALongParseCounts) {
    full()
        .max_statement_size(100)
        .client_sends({fe::parse("c", "select '" + std::string(100, 'x') + "'"), fe::sync()})
        .server_gets({forced_failure, fe::sync()})
        .server_sends({failed, be::ready('I')})
        .client_gets({too_many, be::ready('I')})
        .check();
}

TEST(MaxStatements, TheUnnamedStatementDoesNotCount) {
    full()
        .passes({fe::parse("", "select 1"), fe::describe_statement(""), fe::sync()},
                {be::parse_complete(), be::description(one_column), be::ready('I')})
        .check();
}

TEST(MaxStatements, ANameInUseFailsNaturally) {
    full()
        .client_sends({fe::parse("a", "select 1"), fe::sync()})
        .server_gets({fe::close_statement("a"), fe::parse("a", ""), fe::parse("a", "select 1"), fe::sync()})
        .server_sends(
            {be::close_complete(), be::parse_complete(), be::error("42P05", "exists"), be::ready('I')})
        .client_gets({be::error("42P05", "exists"), be::ready('I')})
        .check();
}

TEST(MaxStatements, CloseMakesRoom) {
    auto c = full();
    c.client_sends({fe::close_statement("a"), fe::sync()})
        .client_gets({be::close_complete(), be::ready('I')});
    takes_another(c).check();
}

TEST(MaxStatements, CloseInTheSameSegmentMakesRoom) {
    full()
        .client_sends({fe::close_statement("a"), fe::parse("c", "select 1"), fe::sync()})
        .server_gets({fe::close_statement("psc_none"), fe::parse("", "select 1"), fe::describe_statement(""),
                      fe::sync()})
        .server_sends(
            {be::close_complete(), be::parse_complete(), be::description(one_column), be::ready('I')})
        .client_gets({be::close_complete(), be::parse_complete(), be::ready('I')})
        .check();
}

TEST(MaxStatements, AFailedParseTakesNoRoom) {
    auto c = conversation().max_statements(1);
    c.client_sends({fe::parse("a", "bad"), fe::sync()})
        .server_gets({fe::parse("", "bad"), fe::describe_statement(""), fe::sync()})
        .server_sends({be::error("42601", "syntax error"), be::ready('I')})
        .client_gets({be::error("42601", "syntax error"), be::ready('I')});
    takes_another(c).check();
}

TEST(MaxStatements, OneMorePrepareFails) {
    auto c = full();
    refuses(c, "PREPARE c AS select 1").check();
}

TEST(MaxStatements, OneMorePrepareInAStringFails) {
    auto c = full();
    refuses(c, "select 1; PREPARE c AS select 1").check();
    auto room_for_one = conversation().max_statements(2).knows("a", "update t");
    refuses(room_for_one, "PREPARE b AS select 1; PREPARE c AS select 1").check();
}

TEST(MaxStatements, DeallocateInTheSameStringMakesRoom) {
    const std::string text = "DEALLOCATE a; PREPARE c AS select 1";
    const auto answer = be::command_complete("DEALLOCATE") + be::command_complete("PREPARE") + be::ready('I');
    full()
        .client_sends({fe::query(text)})
        .server_gets(
            {fe::close_statement("a"), fe::parse("a", ""), fe::close_statement("c"), fe::query(text)})
        .server_sends({be::close_complete(), be::parse_complete(), be::close_complete(), answer})
        .client_gets({answer})
        .check();
}

TEST(MaxStatements, DeallocateAllInTheSameStringMakesRoom) {
    const std::string text = "DEALLOCATE ALL; PREPARE c AS select 1";
    const auto answer =
        be::command_complete("DEALLOCATE ALL") + be::command_complete("PREPARE") + be::ready('I');
    full()
        .client_sends({fe::query(text)})
        .server_gets({fe::close_statement("c"), fe::query(text)})
        .server_sends({be::close_complete(), answer})
        .client_gets({answer})
        .check();
}

TEST(MaxStatements, APrepareThatTheServerRefusesAnyway) {
    full()
        .in_failed_block()
        .client_sends({fe::query("PREPARE c AS select 1")})
        .server_gets({fe::close_statement("c"), fe::query("PREPARE c AS select 1")})
        .server_sends(
            {be::close_complete(), be::error("25P02", "current transaction is aborted"), be::ready('E')})
        .client_gets({be::error("25P02", "current transaction is aborted"), be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(MaxStatements, APrepareThatIsExecutedFails) {
    full()
        .client_sends({fe::parse("", "PREPARE c AS select 1"), fe::bind(""), fe::execute(), fe::sync()})
        .server_gets({fe::parse("", "PREPARE c AS select 1"), fe::bind(""), forced_failure, fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), failed, be::ready('I')})
        .client_gets({be::parse_complete(), be::bind_complete(), too_many, be::ready('I')})
        .check();
}

}  // namespace
}  // namespace pgsidecar::test
