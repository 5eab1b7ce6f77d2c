#include "proxy/startup/startup_values.hpp"

#include <gtest/gtest.h>

namespace pgsidecar {
namespace {

using statements = std::vector<std::string>;

startup_values one(byte_view name, byte_view value) {
    startup_values out;
    out.keep(name, value);
    out.report(name, value);
    return out;
}

TEST(StartUpValuesAlone, WhatIsNotReportedIsNotKeptByThePooler) {
    startup_values v;
    v.keep("extra_float_digits", "3");
    EXPECT_EQ(v.behind({}), statements{});
}

TEST(StartUpValuesAlone, TheLastOfSeveralCounts) {
    startup_values v = one("TimeZone", "UTC");
    v.keep("timezone", "Asia/Tokyo");
    v.report("TimeZone", "Asia/Tokyo");
    EXPECT_EQ(v.behind({}), statements{"SET \"timezone\" TO 'Asia/Tokyo'"});
}

TEST(StartUpValuesAlone, OnlyTheOneThatIsNamed) {
    startup_values v = one("TimeZone", "UTC");
    v.keep("app.X", "a'b");
    v.report("app.x", "a'b");
    EXPECT_EQ(v.behind({.name = "app.x"}), statements{"SET \"app\".\"x\" TO 'a''b'"});
    EXPECT_EQ(v.behind({.name = "timezone", .local = true}), statements{"SET LOCAL \"timezone\" TO 'UTC'"});
    EXPECT_EQ(v.behind({.name = "datestyle"}), statements{});
}

TEST(StartUpValuesAlone, SpellingOfTheServerIsLearned) {
    startup_values v = one("DateStyle", "German");
    EXPECT_EQ(v.behind({.is_last = true}), statements{});
    EXPECT_TRUE(v.holds("DateStyle", "ISO, MDY"));
    EXPECT_EQ(v.at_ready(true), statements{"SET \"datestyle\" TO 'German'"});
    EXPECT_TRUE(v.holds("DateStyle", "German, DMY"));
    EXPECT_EQ(v.at_ready(false), statements{});
    statements shown;
    v.release([&](byte_view, byte_view value) { shown.emplace_back(value); });
    EXPECT_EQ(shown, statements{}) << "the client has it from the beginning";
    EXPECT_FALSE(v.holds("DateStyle", "ISO, MDY"));
}

TEST(StartUpValuesAlone, ThePoolerLearnsAnEmptyOneAgainFromAReport) {
    startup_values v = one("application_name", "app");
    v.lose();
    EXPECT_TRUE(v.holds("application_name", ""));
    EXPECT_EQ(v.at_ready(false), statements{"SET \"application_name\" TO 'app'"});
    EXPECT_EQ(v.at_ready(false), statements{"SET \"application_name\" TO '~app'"}) << "it had it already";
    EXPECT_EQ(v.at_ready(false), statements{"SET \"application_name\" TO '~~app'"});
    EXPECT_TRUE(v.holds("application_name", "~~app"));
    EXPECT_EQ(v.at_ready(false), statements{"SET \"application_name\" TO 'app'"});
    EXPECT_TRUE(v.holds("application_name", "app"));
    EXPECT_EQ(v.at_ready(false), statements{});
    statements shown;
    v.release([&](byte_view, byte_view value) { shown.emplace_back(value); });
    EXPECT_EQ(shown, statements{}) << "the client has it from the beginning";
}

TEST(StartUpValuesAlone, AReportAtOnceEndsIt) {
    startup_values v = one("application_name", "app");
    v.lose();
    EXPECT_TRUE(v.holds("application_name", ""));
    EXPECT_EQ(v.at_ready(false).size(), 1U);
    EXPECT_TRUE(v.holds("application_name", "app"));
    EXPECT_EQ(v.at_ready(false), statements{});
}

TEST(StartUpValuesAlone, NoPoolerIsRemindedForEver) {
    startup_values v = one("application_name", "app");
    v.lose();
    EXPECT_TRUE(v.holds("application_name", ""));
    std::size_t rounds = 0;
    statements last;
    for (statements now; !(now = v.at_ready(false)).empty(); ++rounds) last = now;
    EXPECT_EQ(rounds, 10U);
    EXPECT_EQ(last, statements{"SET \"application_name\" TO 'app'"});
}

TEST(StartUpValuesAlone, WhatWasNotDoneTellsNothing) {
    startup_values v = one("TimeZone", "Asia/Tokyo");
    EXPECT_EQ(v.behind({.is_last = true}), statements{});
    EXPECT_EQ(v.at_ready(false), statements{});
    v.release([](byte_view, byte_view) {});
    EXPECT_EQ(v.behind({}).size(), 1U);
}

TEST(StartUpValuesAlone, TheServersEncodingIsItsDefault) {
    startup_values v = one("client_encoding", "UTF8");
    v.report("server_encoding", "UTF8");
    EXPECT_EQ(v.behind({}), statements{});
    startup_values other = one("client_encoding", "LATIN1");
    other.report("server_encoding", "UTF8");
    EXPECT_EQ(other.behind({}).size(), 1U);
}

}  // namespace
}  // namespace pgsidecar
