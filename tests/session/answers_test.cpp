#include "proxy/session/answers.hpp"

#include <gtest/gtest.h>

#include "support/backend_builders.hpp"

namespace pgsidecar::test {
namespace {

constexpr error_message failure{.sqlstate = "57P01", .message = "gone"};

TEST(AnswersAlone, NoErrorOfOursStandsInsideAMessageOfTheServers) {
    answers a;
    const std::string row = be::data_row({"seven"});
    const byte_view bytes = row;
    a.begin(bytes.substr(0, 3), bytes.size(), true);
    EXPECT_TRUE(a.is_mid_message());
    a.show_error(failure);
    EXPECT_EQ(a.pass(bytes.substr(3)), bytes.size() - 3);
    EXPECT_FALSE(a.is_passing());
    EXPECT_EQ(a.batch().str(), row);
    a.show_error(failure);
    EXPECT_GT(a.batch().size(), row.size());
}

TEST(AnswersAlone, AMessageThatIsNotShownMayBeInterrupted) {
    answers a;
    a.begin("abc", 10, false);
    EXPECT_TRUE(a.is_passing());
    EXPECT_FALSE(a.is_mid_message());
    EXPECT_EQ(a.pass("defghijklm"), 7U) << "the rest is the next message's";
    EXPECT_TRUE(a.batch().empty());
}

TEST(AnswersAlone, NothingComesBehindTheLastWord) {
    answers a;
    a.hold_tag("tag");
    a.mute();
    a.show("bytes");
    a.show_error(failure);
    a.show_held_tag();
    a.show_instead(replacement::shape_changed);
    a.show_close_complete(2);
    a.show_ready(transaction_status::idle);
    EXPECT_TRUE(a.batch().empty());
}

TEST(AnswersAlone, ATagIsShownOnceAndWhenItIsTrue) {
    answers a;
    const std::string tag = be::command_complete("COPY 1");
    a.hold_tag(tag);
    EXPECT_TRUE(a.batch().empty());
    a.show_held_tag();
    a.show_held_tag();
    EXPECT_EQ(a.batch().str(), tag);
    a.hold_tag(tag);
    a.forget_held_tag();
    a.show_held_tag();
    EXPECT_EQ(a.batch().str(), tag);
}

TEST(AnswersAlone, EveryReplacementIsAnErrorThatSaysWhy) {
    for (int i = 0; i <= static_cast<int>(replacement::describe_routine); ++i) {
        const auto why = static_cast<replacement>(i);
        answers a;
        a.show_instead(why);
        const bool has_words_of_its_own = why != replacement::none && why != replacement::describe_routine;
        EXPECT_EQ(a.batch().str().starts_with('E'), has_words_of_its_own) << i;
    }
}

}  // namespace
}  // namespace pgsidecar::test
