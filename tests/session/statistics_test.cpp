#include <gtest/gtest.h>

#include "proxy/session/session.hpp"
#include "support/backend_builders.hpp"
#include "support/frontend_builders.hpp"

/// What a session counts, for logs and metrics.
namespace pgsidecar::test {
namespace {

/// One client of a pool; its server answers what a real one would.
class client {
public:
    client(text_pool& texts, const std::shared_ptr<name_history>& names)
        : session_(texts, {}, link_, "UTF8", names) {}

    void parse(byte_view name, byte_view sql) {
        send(fe::parse(name, sql) + fe::sync());
        const std::string described = name.empty() ? "" : be::description({});
        answer(be::parse_complete() + described + be::ready('I'));
    }
    /// In a transaction of its own.
    void run(byte_view name) {
        send(fe::bind(name) + fe::execute() + fe::sync());
        answer(be::parse_complete() + be::bind_complete() + be::command_complete("SELECT 1") +
               be::ready('I'));
    }
    void send(byte_view bytes) {
        session_.on_client_bytes(bytes);
        forget_output();
    }
    void answer(byte_view bytes) {
        session_.on_server_bytes(bytes);
        forget_output();
    }
    void at(std::uint64_t now) { session_.at(now); }

    const session_counters& counts() const { return session_.counters(); }
    std::uint64_t avoided_errors(avoided kind) const { return counts().errors_avoided[kind]; }
    session::state state() const { return session_.at_work(); }

private:
    void forget_output() {
        session_.to_server().clear();
        session_.to_client().clear();
    }

    server_link link_{pooler_kind::pgbouncer_1_18};
    session session_;
};

class Statistics : public testing::Test {
protected:
    statement_statistics usages;
    text_pool texts{&usages};
    std::shared_ptr<name_history> names = std::make_shared<name_history>();
    client a{texts, names}, b{texts, names};

    statement_usage usage_of(byte_view sql) { return *usages.of(sql, {}); }
};

TEST_F(Statistics, AStatementUsedInALaterTransactionCouldHaveBeenUnknown) {
    a.parse("s", "select 1");
    EXPECT_EQ(a.avoided_errors(avoided::unknown_name), 0U);
    a.run("s");
    a.run("s");
    EXPECT_EQ(a.avoided_errors(avoided::unknown_name), 2U);
    EXPECT_EQ(a.avoided_errors(avoided::duplicate_name), 0U);
    EXPECT_EQ(a.counts().reparses, 2U);
}

TEST_F(Statistics, ASecondUseInTheSameTransactionCountsOnce) {
    a.parse("s", "select 1");
    a.parse("t", "select 2");
    a.send(fe::query("begin"));
    a.answer(be::command_complete("BEGIN") + be::ready('T'));
    const std::string bound =
        be::parse_complete() + be::bind_complete() + be::command_complete("SELECT 1") + be::ready('T');
    for (const char* name : {"s", "t"}) {
        a.send(fe::bind(name) + fe::execute() + fe::sync());
        a.answer(bound);
    }
    a.send(fe::bind("s") + fe::execute() + fe::sync());
    a.answer(be::close_complete() + bound);  // under a name of ours
    a.send(fe::bind("t") + fe::execute() + fe::sync());
    a.answer(be::bind_complete() + be::command_complete("SELECT 1") + be::ready('T'));
    EXPECT_EQ(a.counts().reparses, 3U);
    EXPECT_EQ(a.avoided_errors(avoided::unknown_name), 2U);
}

TEST_F(Statistics, ANameOfAnotherClientCouldHaveBeenADuplicate) {
    a.parse("s", "select 1");
    b.parse("s", "select 1");
    EXPECT_EQ(a.avoided_errors(avoided::duplicate_name), 0U);
    EXPECT_EQ(b.avoided_errors(avoided::duplicate_name), 1U);
    b.run("s");
    EXPECT_EQ(b.avoided_errors(avoided::unknown_name), 1U);  // the same statement: no wrong rows
    EXPECT_EQ(b.avoided_errors(avoided::wrong_statement), 0U);
}

TEST_F(Statistics, ANameWithTwoTextsCouldHaveRunTheOtherOne) {
    a.parse("s", "select 1");
    b.parse("s", "select 2");
    a.run("s");
    b.run("s");
    for (const client* each : {&a, &b}) {
        EXPECT_EQ(each->avoided_errors(avoided::wrong_statement), 1U);
        EXPECT_EQ(each->avoided_errors(avoided::unknown_name), 0U);
    }
}

TEST_F(Statistics, PoolsDoNotShareNames) {
    client elsewhere(texts, std::make_shared<name_history>());
    a.parse("s", "select 1");
    elsewhere.parse("s", "select 2");
    EXPECT_EQ(elsewhere.avoided_errors(avoided::duplicate_name), 0U);
}

TEST_F(Statistics, TheUnnamedStatementPassesUnchanged) {
    a.send(fe::parse("", "select 1") + fe::describe_statement("") + fe::bind("") + fe::execute() +
           fe::sync());
    const session_counters& counts = a.counts();
    EXPECT_EQ(counts.executes, 1U);
    for (const auto kind : {rewritten::parse, rewritten::bind, rewritten::describe})
        EXPECT_EQ(counts.rewritten_messages[kind], 0U);
    EXPECT_EQ(a.avoided_errors(avoided::unknown_name), 0U);
}

TEST_F(Statistics, RewrittenMessagesByKind) {
    a.send(fe::parse("s", "select 1") + fe::describe_statement("s") + fe::bind("s") + fe::execute() +
           fe::close_statement("s") + fe::sync());
    for (const auto kind : {rewritten::parse, rewritten::bind, rewritten::describe, rewritten::close})
        EXPECT_EQ(a.counts().rewritten_messages[kind], 1U);
    EXPECT_EQ(a.counts().rewritten_messages[rewritten::execute], 0U);
}

TEST_F(Statistics, ProvokedFailuresBySqlstate) {
    a.send(fe::bind("missing") + fe::sync());
    EXPECT_EQ(a.counts().provoked_failures[provoked::e26000], 1U);
    a.answer(be::close_complete() + be::error("26000", "does not exist") + be::ready('I'));
    a.parse("s", "select 1");
    a.send(fe::parse("s", "select 2") + fe::sync());
    EXPECT_EQ(a.counts().provoked_failures[provoked::e42p05], 1U);
    EXPECT_EQ(a.counts().provoked_failures[provoked::e08p01], 0U);
}

TEST_F(Statistics, TheUseOfAText) {
    a.parse("s", "select 1");
    b.parse("t", "select 1");
    a.run("s");
    b.run("t");
    b.run("t");
    EXPECT_EQ(usages.size(), 1U);
    EXPECT_EQ(usage_of("select 1").calls, 3U);
    EXPECT_EQ(usage_of("select 1").reparses, 3U);
    EXPECT_EQ(usage_of("select 1").errors_avoided, 3U);
}

TEST_F(Statistics, ServerTimeOfAPrepareIsNoStatements) {
    a.parse("s", "select 1");
    a.run("s");
    const auto before = usage_of("select 1").server_time;
    a.at(100);
    a.send(fe::query("PREPARE n AS select 2"));
    a.at(130);
    a.answer(be::close_complete() + be::parse_complete() + be::bind_complete() +
             be::command_complete("PREPARE") + be::close_complete() + be::description(one_column) +
             be::close_complete() + be::ready('I'));
    EXPECT_EQ(usage_of("select 1").server_time, before);
}

TEST_F(Statistics, ServerTimeGoesFromExecuteToTheEndOfItsAnswer) {
    a.parse("s", "select 1");
    a.parse("t", "select 2");
    a.at(100);
    a.send(fe::bind("s") + fe::execute() + fe::bind("t") + fe::execute() + fe::sync());
    a.at(130);
    const std::string answered =
        be::parse_complete() + be::bind_complete() + be::command_complete("SELECT 1");
    a.answer(answered);
    a.at(180);
    a.answer(answered + be::ready('I'));
    EXPECT_EQ(usage_of("select 1").server_time, 30U);
    EXPECT_EQ(usage_of("select 2").server_time, 50U);
}

TEST_F(Statistics, States) {
    EXPECT_EQ(a.state(), session::state::idle);
    a.send(fe::query("begin"));
    EXPECT_EQ(a.state(), session::state::active);
    a.answer(be::command_complete("BEGIN") + be::ready('T'));
    EXPECT_EQ(a.state(), session::state::idle_in_transaction);
    a.send(fe::terminate());
    EXPECT_EQ(a.state(), session::state::leaving);
}

TEST(StatementStatistics, ForgetsTheLeastCalledOfThoseThatNobodyHas) {
    statement_statistics usages(4);
    const statement_usage_ptr held = usages.of("held", {});
    for (const char* sql : {"often", "rare", "never"}) usages.of(sql, {})->calls = sql[0] == 'o' ? 9 : 1;
    usages.of("new", {});
    EXPECT_EQ(usages.size(), 3U);
    EXPECT_EQ(usages.of("held", {}), held);
    EXPECT_EQ(usages.of("often", {})->calls, 9U);
}

TEST(StatementStatistics, ShareATextAndKeepItsStartWhenNobodyHasIt) {
    statement_statistics usages;
    text_pool texts(&usages);
    const std::string sql(10 * statement_statistics::text_limit, 'x');
    query_text_ptr text = texts.intern(sql, {});
    const statement_usage_ptr usage = text->usage;
    EXPECT_EQ(usage->sql.get(), &text->sql);
    EXPECT_NE(usage, texts.intern(sql + "y", {})->usage);
    text.reset();
    EXPECT_EQ(usage->sql->size(), statement_statistics::text_limit);
    text = texts.intern(sql, {});
    EXPECT_EQ(text->usage, usage);
    EXPECT_EQ(text->sql, sql);
}

TEST(NameHistory, ForgetsTheOldestNames) {
    name_history names(2);
    for (const char* name : {"a", "b", "c"}) EXPECT_FALSE(names.parse(name, "select 1", {}).parsed_before);
    EXPECT_EQ(names.size(), 2U);
    EXPECT_FALSE(names.parse("a", "select 1", {}).parsed_before);
    EXPECT_TRUE(names.parse("c", "select 1", {}).parsed_before);
}

TEST(NameHistory, OtherTypesAreAnotherStatement) {
    name_history names;
    names.parse("a", "select $1", std::string_view("\0\0\0\x17", 4));
    EXPECT_TRUE(names.parse("a", "select $1", {}).name->several);
}

}  // namespace
}  // namespace pgsidecar::test
