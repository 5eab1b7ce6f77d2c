#include "protocol/frame.hpp"

#include <gtest/gtest.h>

#include "named_case.hpp"

namespace pgsidecar {
namespace {

struct frame_case {
    const char* name;
    std::string in;
    std::size_t raw_size;
    std::size_t size;
    byte_view body;
    bool whole;
    bool valid;
};

class PeekFrame : public testing::TestWithParam<frame_case> {};

TEST_P(PeekFrame, ShowsTheMessageAsFarAsItHasCome) {
    const frame_case& c = GetParam();
    const auto f = peek_frame(c.in);
    ASSERT_TRUE(f);
    EXPECT_EQ(f->type, c.in[0]);
    EXPECT_EQ(f->raw.data(), c.in.data());
    EXPECT_EQ(f->raw.size(), c.raw_size);
    EXPECT_EQ(f->size(), c.size);
    EXPECT_EQ(f->body(), c.body);
    EXPECT_EQ(f->whole(), c.whole);
    EXPECT_EQ(f->valid(), c.valid);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, PeekFrame,
    testing::Values(frame_case{"header_alone", raw("S\0\0\0\4"), 5, 5, "", true, true},
                    frame_case{"body", raw("Q\0\0\0\6a\0"), 7, 7, byte_view("a\0", 2), true, true},
                    frame_case{"the_next_message_is_not_part_of_it", raw("S\0\0\0\4Q\0"), 5, 5, "", true,
                               true},
                    frame_case{"no_body_yet", raw("Q\0\0\0\6"), 5, 7, "", false, true},
                    frame_case{"half_a_body", raw("Q\0\0\0\6a"), 6, 7, "a", false, true},
                    frame_case{"longest",
                               raw("d\x7f\xff\xff\xff"
                                   "ab"),
                               7, 0x80000000, "ab", false, true},
                    frame_case{"negative_length",
                               raw("d\x80\0\0\0"
                                   "ab"),
                               7, 0x80000001, "ab", false, false},
                    frame_case{"length_three", raw("Q\0\0\0\3abc"), 4, 4, "", true, false},
                    frame_case{"length_zero", raw("Q\0\0\0\0abc"), 1, 1, "", true, false}),
    case_name);

TEST(PeekFrame, NeedsTheHeader) {
    const std::string message = raw("S\0\0\0\4");
    for (std::size_t n = 0; n < message.size(); ++n)
        EXPECT_FALSE(peek_frame(byte_view(message).substr(0, n))) << n;
}

TEST(PeekFrame, BodySizeIsThatOfTheWholeBody) {
    EXPECT_EQ(peek_frame(raw("d\0\0\1\0x"))->body_size(), 252U);
    EXPECT_EQ(peek_frame(raw("S\0\0\0\4"))->body_size(), 0U);
}

}  // namespace
}  // namespace pgsidecar
