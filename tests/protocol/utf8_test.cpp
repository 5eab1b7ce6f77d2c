#include "protocol/utf8.hpp"

#include <gtest/gtest.h>

#include "named_case.hpp"

namespace pgsidecar {
namespace {

struct utf8_case {
    const char* name;
    std::string text;
    bool valid;
};

class Utf8 : public testing::TestWithParam<utf8_case> {};

TEST_P(Utf8, IsJudgedAsByPostgreSQL) { EXPECT_EQ(is_valid_utf8(GetParam().text), GetParam().valid); }

/// The words that ASCII is skipped by begin anywhere: the verdict must not depend on what stands in front or
/// behind.
TEST_P(Utf8, IsJudgedAlikeAnywhereInAText) {
    for (std::size_t before = 0; before < 18; ++before)
        for (const std::size_t behind : {0U, 1U, 7U, 8U, 9U})
            EXPECT_EQ(is_valid_utf8(std::string(before, 'x') + GetParam().text + std::string(behind, 'y')),
                      GetParam().valid)
                << before << " in front, " << behind << " behind";
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Utf8,
    testing::Values(
        utf8_case{"nothing", "", true}, utf8_case{"ascii", "select 1", true}, utf8_case{"del", "\x7f", true},
        utf8_case{"first_of_two_bytes", "\xc2\x80", true}, utf8_case{"last_of_two_bytes", "\xdf\xbf", true},
        utf8_case{"first_of_three_bytes", "\xe0\xa0\x80", true},
        utf8_case{"last_before_surrogates", "\xed\x9f\xbf", true},
        utf8_case{"first_behind_surrogates", "\xee\x80\x80", true},
        utf8_case{"last_of_three_bytes", "\xef\xbf\xbf", true},
        utf8_case{"first_of_four_bytes", "\xf0\x90\x80\x80", true},
        utf8_case{"last_of_unicode", "\xf4\x8f\xbf\xbf", true},
        utf8_case{"several", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x98", true},
        utf8_case{"continuation_alone", "\x80", false}, utf8_case{"two_bytes_overlong", "\xc0\xaf", false},
        utf8_case{"two_bytes_overlong_c1", "\xc1\xbf", false},
        utf8_case{"three_bytes_overlong", "\xe0\x9f\xbf", false},
        utf8_case{"four_bytes_overlong", "\xf0\x8f\xbf\xbf", false},
        utf8_case{"high_surrogate", "\xed\xa0\x80", false}, utf8_case{"low_surrogate", "\xed\xbf\xbf", false},
        utf8_case{"beyond_unicode", "\xf4\x90\x80\x80", false},
        utf8_case{"five_bytes", "\xf8\x88\x80\x80\x80", false}, utf8_case{"ff", "\xff", false},
        utf8_case{"two_bytes_cut", "\xc3", false}, utf8_case{"three_bytes_cut", "\xe2\x82", false},
        utf8_case{"four_bytes_cut", "\xf0\x9f\x90", false},
        utf8_case{"lead_behind_lead", "\xc3\xc3\xa9", false},
        utf8_case{"bad_last_byte", "\xf0\x9f\x90\x41", false},
        utf8_case{"bad_behind_good", "\xc3\xa9\xff", false}),
    case_name);

}  // namespace
}  // namespace pgsidecar
