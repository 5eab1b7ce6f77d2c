#include "proxy/session/client_statements.hpp"

#include <gtest/gtest.h>

#include "proxy/session/local_answers.hpp"
#include "support/backend_builders.hpp"

namespace pgsidecar::test {
namespace {

class ClientStatements : public testing::Test {
protected:
    statement_ptr statement_of(byte_view sql) {
        return std::make_shared<statement>(texts.intern(sql, {}, sql_reading()));
    }
    static table_effect set(const std::string& name, const statement_ptr& s) {
        return {table_effect::kind::set, name, s};
    }

    text_pool texts;
    session_options limits{.max_statements = 2, .max_statement_memory = 5'000};
    client_statements known{texts, limits};
};

TEST_F(ClientStatements, AnErrorTakesBackWhatIsNotAnswered) {
    known.sent(set("a", statement_of("select 1")));
    known.answered();
    known.sent(set("b", statement_of("select 2")));
    known.owe_birth(known.find("b"));
    EXPECT_NE(known.find("b"), nullptr);
    EXPECT_FALSE(known.all_answered());
    known.take_back();
    EXPECT_NE(known.find("a"), nullptr);
    EXPECT_EQ(known.find("b"), nullptr);
    EXPECT_FALSE(known.owes_birth());
    EXPECT_TRUE(known.all_answered());
}

TEST_F(ClientStatements, OnlyPortalsThatNameStatementsAreOfInterest) {
    known.binds("p", statement_of("EXECUTE a"));
    known.binds("q", statement_of("select 1"));
    EXPECT_NE(known.bound_to("p"), nullptr);
    EXPECT_EQ(known.bound_to("q"), nullptr);
    known.binds("p", statement_of("select 1"));
    EXPECT_EQ(known.bound_to("p"), nullptr) << "bound anew";
    known.binds("p", statement_of("EXECUTE a"));
    known.end_transaction();
    EXPECT_EQ(known.portals(), 0U);
}

TEST_F(ClientStatements, HaveTheRoomThatTheLimitsLeave) {
    EXPECT_EQ(known.no_room_for_statement(100), replacement::none);
    EXPECT_EQ(known.no_room_for_statement(10'000), replacement::too_much_memory);
    known.apply(set("a", statement_of("select 1")));
    known.apply(set("b", statement_of("select 2")));
    EXPECT_EQ(known.no_room_for_statement(0), replacement::too_many_statements);
    EXPECT_EQ(known.no_room_for_portal(), replacement::none);
    known.apply({table_effect::kind::erase, "a", nullptr});
    EXPECT_EQ(known.no_room_for_statement(0), replacement::none);
}

TEST_F(ClientStatements, AQueryForgetsTheUnnamedOne) {
    known.apply(set("", statement_of("select 1")));
    known.forget_unnamed();
    EXPECT_EQ(known.find(""), nullptr);
}

TEST_F(ClientStatements, AClosePutOffIsAnsweredOrSentAndNeverBoth) {
    known.apply(set("a", statement_of("select 1")));
    local_answers local;
    answers out;
    EXPECT_TRUE(local.takes_close("a"));
    EXPECT_TRUE(local.takes_close("nosuch"));
    EXPECT_NE(known.find("a"), nullptr) << "not closed yet";
    EXPECT_EQ(local.answer(out, known), 2U);
    EXPECT_EQ(out.batch().str(), be::close_complete() + be::close_complete());
    EXPECT_EQ(known.find("a"), nullptr);
    std::vector<std::string> sent;
    const auto send = [&](byte_view name) { sent.emplace_back(name); };
    local.send(send);
    EXPECT_TRUE(sent.empty());
    EXPECT_TRUE(local.takes_close("b"));
    local.send(send);
    EXPECT_EQ(sent, std::vector<std::string>{"b"});
    EXPECT_EQ(local.answer(out, known), 0U);
}

TEST_F(ClientStatements, ClosesWithoutEndAreNotPutOff) {
    local_answers local;
    int taken = 0;
    while (local.takes_close("a")) ++taken;
    EXPECT_EQ(taken, 1'000);
}

}  // namespace
}  // namespace pgsidecar::test
