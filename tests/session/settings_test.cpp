#include "proxy/session/settings.hpp"

#include <gtest/gtest.h>

#include "protocol/composer.hpp"
#include "proxy/statements/text_pool.hpp"
#include "support/backend_builders.hpp"

/// What RESET goes back to and what is listened to, without a session.
namespace pgsidecar::test {
namespace {

using statements = std::vector<std::string>;

settings with_application_name() {
    startup_values values;
    values.keep("application_name", "app");
    values.report("application_name", "app");
    return {std::move(values), true};
}

std::string heard(byte_view channel) { return be::notification(channel).substr(5); }

class Settings : public testing::Test {
protected:
    statement statement_of(byte_view sql) { return statement(texts.intern(sql, {}, sql_reading())); }

    text_pool texts;
};

TEST_F(Settings, AreNotKeptForAServerOfTheClientsOwn) {
    settings s(startup_values(), false);
    EXPECT_TRUE(s.is_for_client(heard("news")));
    s.binds("p", statement_of("RESET ALL"));
    EXPECT_EQ(s.use_of("p"), nullptr);
    EXPECT_EQ(s.behind({.verb = state_verb::reset_all}, {}), statements{});
}

TEST_F(Settings, OnlyWhatIsListenedToIsHeard) {
    settings s = with_application_name();
    EXPECT_FALSE(s.is_for_client(heard("news")));
    s.answered({.verb = state_verb::listen, .name = "news"});
    EXPECT_TRUE(s.is_for_client(heard("news")));
    EXPECT_FALSE(s.is_for_client(heard("other")));
    s.answered({.verb = state_verb::unlisten, .name = "news"});
    EXPECT_FALSE(s.is_for_client(heard("news")));
}

TEST_F(Settings, WarnOnce) {
    settings s = with_application_name();
    EXPECT_FALSE(s.takes_warning());
    s.answered({.verb = state_verb::listen, .name = "news"});
    EXPECT_TRUE(s.takes_warning());
    s.answered({.verb = state_verb::listen, .name = "other"});
    EXPECT_FALSE(s.takes_warning());
}

TEST_F(Settings, APortalIsRememberedUntilItsTransactionEnds) {
    settings s = with_application_name();
    s.binds("p", statement_of("RESET TimeZone"));
    ASSERT_NE(s.use_of("p"), nullptr);
    EXPECT_EQ(s.use_of("p")->name, "timezone");
    s.binds("p", statement_of("select 1"));
    EXPECT_EQ(s.use_of("p"), nullptr) << "bound anew";
    s.binds("p", statement_of("RESET TimeZone"));
    s.end_transaction();
    EXPECT_EQ(s.use_of("p"), nullptr);
}

TEST_F(Settings, TheClientGoesBackToItsOwn) {
    settings s = with_application_name();
    EXPECT_EQ(s.behind({.verb = state_verb::reset_all}, {}), statements{"SET \"application_name\" TO 'app'"});
    EXPECT_EQ(s.behind({.verb = state_verb::reset, .name = "timezone"}, {}), statements{});
    EXPECT_EQ(s.behind({.verb = state_verb::listen, .name = "news"}, {}), statements{});
}

TEST_F(Settings, DiscardAllCommitsThoughWhatStandsBehindItIsRolledBack) {
    settings s = with_application_name();
    s.answered({.verb = state_verb::discard_all});
    s.completed("ROLLBACK");
    EXPECT_TRUE(s.holds("application_name", ""));
    EXPECT_EQ(s.at_ready(true), statements{"SET \"application_name\" TO 'app'"});
}

TEST_F(Settings, ARollbackOfAResetNeedsNothing) {
    settings s = with_application_name();
    s.answered({.verb = state_verb::reset_all});
    s.completed("ROLLBACK");
    s.take_back();
    EXPECT_EQ(s.at_ready(true), statements{});
}

}  // namespace
}  // namespace pgsidecar::test
