#include "proxy/session/sql_scan.hpp"

#include <gtest/gtest.h>

#include "proxy/session/sql_uses.hpp"

namespace pgsidecar {
namespace {

std::string repeated(std::string_view what, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += what;
    return out;
}

struct text_case {
    const char* name;
    std::string text;
    bool scanned;
};

class ScanSql : public testing::TestWithParam<text_case> {};

/// The scanner's time grows with the square of what it gives back: minutes and hours for the texts that are
/// refused.
TEST_P(ScanSql, RefusesWhatWouldTakeTooLong) {
    EXPECT_EQ(scan_sql(GetParam().text).has_value(), GetParam().scanned);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ScanSql,
    testing::Values(
        text_case{"pluses", "execute " + repeated("+", 100'000), false},
        text_case{"minuses_behind_another_operator", "select 1 *" + repeated("-+", 50'000), false},
        text_case{"nested_comments", repeated("/*", 100'000) + repeated("*/", 100'000), false},
        text_case{"nested_comments_behind_dashes", "--\n" + repeated("/*", 100'000), false},
        text_case{"runs_in_a_string", "select '" + repeated("+", 1'000) + "'", true},
        text_case{"lines_of_dashes", repeated(std::string(200, '-') + "\n", 2'000) + "select 1", true},
        text_case{"boxes", repeated("/" + std::string(200, '*') + "/\n", 2'000) + "select 1", true},
        text_case{"many_comments", repeated("/* c */ ", 20'000) + "select 1", true},
        text_case{"sums", "select 0" + repeated(" + 1 - -1", 20'000), true}),
    [](const auto& of) { return std::string(of.param.name); });

TEST(SqlName, RefusesWhatWouldTakeTooLong) { EXPECT_FALSE(sql_name(repeated("/*", 100'000))); }

TEST(SqlUses, BlanksInFrontOfPreparedTextsDoNotGrowWithTheSquareOfTheText) {
    const std::string text = repeated("prepare a as select 1;", 10'000);
    const auto uses = read_sql_uses(text);
    ASSERT_TRUE(uses);
    ASSERT_EQ(uses->size(), 10'000U);
    std::size_t size = 0;
    for (const sql_use& use : *uses) size += use.text.size();
    EXPECT_LT(size, 8 * text.size());
    EXPECT_EQ(uses->back().text, " select 1");
    EXPECT_EQ(uses->at(1).text, std::string(22 + 12, ' ') + " select 1");
}

}  // namespace
}  // namespace pgsidecar
