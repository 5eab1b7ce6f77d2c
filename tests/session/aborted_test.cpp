#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// Semantics §5, "Aborted transaction": every row of the table.
namespace pgsidecar::test {
namespace {

const std::string aborted = be::error("25P02", "current transaction is aborted");
const std::string unknown = be::error("26000", "prepared statement \"x\" does not exist");

/// A segment in a failed block of a client that knows `rows`, `rowless`, `two` (parameters) and `commit`.
struct row {
    std::string name;
    std::string sent;
    std::string on_the_server;
    std::string answer;  ///< of the server
    std::string got;
    char status = 'E';
};

conversation failed_block() {
    return conversation()
        .knows("rows", "select 1", {.columns = one_column})
        .knows("rowless", "update t set a = $1", {.types = {type::int4}})
        .knows("two", "select $1, $2", {.types = {type::int4, type::text}, .columns = one_column})
        .knows("commit", "COMMIT")
        .knows("savepoint", " /* back */ ROLLBACK TO s;")
        .in_failed_block();
}

void expect_row(const row& r) {
    SCOPED_TRACE(r.name);
    auto c = failed_block();
    c.client_sends({r.sent, fe::sync()})
        .server_gets({r.on_the_server, fe::sync()})
        .server_sends({r.answer, be::ready(r.status)})
        .client_gets({r.got, be::ready(r.status)});
    if (r.status != 'I')
        c.passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')});
    c.check();
}

TEST(Aborted, Parse) {
    for (const char* exit :
         {"", "COMMIT", "END", "ROLLBACK", "ROLLBACK TO s", "ABORT", "PREPARE TRANSACTION 'x'"}) {
        expect_row({std::string("Parse of ") + exit, fe::parse("n", exit),
                    fe::parse("", exit) + fe::describe_statement(""),
                    be::parse_complete() + be::description({}), be::parse_complete()});
        expect_row({std::string("unnamed Parse of ") + exit, fe::parse("", exit), fe::parse("", exit),
                    be::parse_complete(), be::parse_complete()});
    }
    expect_row({"Parse of anything else", fe::parse("n", "select 2"),
                fe::parse("", "select 2") + fe::describe_statement(""), aborted, aborted});
    expect_row({"name in use", fe::parse("rows", "select 2"),
                fe::close_statement("rows") + fe::parse("rows", "") + fe::parse("rows", "select 2"),
                be::close_complete() + be::parse_complete() + aborted, aborted});
}

TEST(Aborted, Bind) {
    const fe::binding one{.values = {"1"}}, three{.values = {"1", "2", "3"}};
    expect_row({"unknown", fe::bind("x"), fe::close_statement("x") + fe::bind("x"),
                be::close_complete() + unknown, unknown});
    expect_row({"known", fe::bind("rowless", one), fe::parse("", "", {type::int4}) + fe::bind("", one),
                be::parse_complete() + aborted, aborted});
    expect_row(
        {"wrong count", fe::bind("two", three),
         fe::close_statement("two") + fe::parse("two", "", {type::int4, type::text}) + fe::bind("two", three),
         be::close_complete() + be::parse_complete() + be::error("08P01", "requires 2"),
         be::error("08P01", "requires 2")});
    expect_row({"exit statement", fe::bind("commit") + fe::execute(),
                fe::parse("", "COMMIT") + fe::bind("") + fe::execute(),
                be::parse_complete() + be::bind_complete() + be::command_complete("ROLLBACK"),
                be::bind_complete() + be::command_complete("ROLLBACK"), 'I'});
    expect_row({"ROLLBACK TO", fe::bind("savepoint") + fe::execute(),
                fe::parse("", " /* back */ ROLLBACK TO s;") + fe::bind("") + fe::execute(),
                be::parse_complete() + be::bind_complete() + be::command_complete("ROLLBACK"),
                be::bind_complete() + be::command_complete("ROLLBACK"), 'T'});
}

TEST(Aborted, Describe) {
    expect_row({"unknown", fe::describe_statement("x"),
                fe::close_statement("x") + fe::describe_statement("x"), be::close_complete() + unknown,
                unknown});
    expect_row({"with rows", fe::describe_statement("rows"),
                fe::parse("", "select 1") + fe::describe_statement(""), aborted, aborted});
    expect_row({"without rows", fe::describe_statement("rowless"),
                fe::parse("", "", {type::int4}) + fe::describe_statement(""),
                be::parse_complete() + be::description({}, {type::int4}), be::description({}, {type::int4})});
}

TEST(Aborted, PortalsAndClose) {
    const auto no_portal = be::error("34000", "portal \"p\" does not exist");
    expect_row({"Close(S)", fe::close_statement("rows"), fe::close_statement("psc_none"),
                be::close_complete(), be::close_complete()});
    expect_row({"Close(P)", fe::close_portal("p"), fe::close_portal("p"), be::close_complete(),
                be::close_complete()});
    expect_row({"Execute", fe::execute("p"), fe::execute("p"), no_portal, no_portal});
    expect_row({"Describe(P)", fe::describe_portal("p"), fe::describe_portal("p"), aborted, aborted});
}

TEST(Aborted, Query) {
    failed_block()
        .passes({fe::query("")}, {be::empty_query(), be::ready('E')})
        .passes({fe::query("select 1")}, {aborted, be::ready('E')})
        .passes({fe::query("not sql")}, {be::error("42601", "syntax error"), be::ready('E')})
        .passes({fe::query("COMMIT")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(Aborted, ResidentStatementIsBoundAsItIs) {
    conversation()
        .in_block()
        .client_sends({fe::parse("a", "update t"), fe::bind("a"), fe::execute("nosuch"), fe::sync()})
        .server_gets({fe::parse("", "update t"), fe::describe_statement(""), fe::bind(""),
                      fe::execute("nosuch"), fe::sync()})
        .server_sends({be::parse_complete(), be::description({}), be::bind_complete(),
                       be::error("34000", "no portal"), be::ready('E')})
        .client_gets(
            {be::parse_complete(), be::bind_complete(), be::error("34000", "no portal"), be::ready('E')})
        .client_sends({fe::describe_statement("a"), fe::bind("a"), fe::sync()})
        .server_gets({fe::describe_statement(""), fe::bind(""), fe::sync()})
        .server_sends({be::description({}), aborted, be::ready('E')})
        .client_gets({be::description({}), aborted, be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

/// Its row shape is known from its text.
TEST(Aborted, AUtilityThatWasNeverDescribedCanBe) {
    const std::string run = fe::bind("") + fe::execute() + fe::sync();
    const std::string ran = be::bind_complete() + be::command_complete("BEGIN") + be::ready('T');
    conversation()
        .client_sends({fe::parse("", "BEGIN", {type::int4}), run})
        .server_gets({fe::parse("", "BEGIN", {type::int4}), run})
        .server_sends({be::parse_complete(), ran})
        .client_gets({be::parse_complete(), ran})
        .client_sends({fe::parse("b", "selec"), fe::sync()})
        .server_gets({fe::parse("", "selec"), fe::describe_statement(""), fe::sync()})
        .server_sends({be::error("42601", "syntax error"), be::ready('E')})
        .client_gets({be::error("42601", "syntax error"), be::ready('E')})
        .client_sends({fe::describe_statement(""), fe::sync()})
        .server_gets({fe::parse("", "", {type::int4}), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description({}, {type::int4}), be::ready('E')})
        .client_gets({be::description({}, {type::int4}), be::ready('E')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .check();
}

TEST(Aborted, AMessageBehindAnExecuteWaitsForItsAnswer) {  // only the reply tells whether the block has ended
    failed_block()
        .client_sends({fe::bind("commit"), fe::execute(), fe::bind("rowless", {.values = {"1"}}),
                       fe::execute(), fe::sync()})
        .server_gets({fe::parse("", "COMMIT"), fe::bind(""), fe::execute(), fe::flush()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::command_complete("ROLLBACK")})
        .client_gets({be::bind_complete(), be::command_complete("ROLLBACK")})
        .server_gets({fe::parse("", "update t set a = $1", {type::int4}), fe::bind("", {.values = {"1"}}),
                      fe::execute(), fe::sync()})
        .server_sends(
            {be::parse_complete(), be::bind_complete(), be::command_complete("UPDATE 1"), be::ready('I')})
        .client_gets({be::bind_complete(), be::command_complete("UPDATE 1"), be::ready('I')})
        .check();
}

TEST(Aborted, StatementsParsedInTheBlockOutliveItsRollback) {
    conversation()
        .in_block()
        .client_sends({fe::parse("a", "update t"), fe::sync()})
        .server_gets({fe::parse("", "update t"), fe::describe_statement(""), fe::sync()})
        .server_sends({be::parse_complete(), be::description({}), be::ready('T')})
        .client_gets({be::parse_complete(), be::ready('T')})
        .passes({fe::query("ROLLBACK")}, {be::command_complete("ROLLBACK"), be::ready('I')})
        .client_sends({fe::bind("a"), fe::sync()})
        .server_gets({fe::parse("", "update t"), fe::bind(""), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), be::ready('I')})
        .client_gets({be::bind_complete(), be::ready('I')})
        .check();
}

}  // namespace
}  // namespace pgsidecar::test
