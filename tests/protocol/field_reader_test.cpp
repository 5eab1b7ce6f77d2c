#include "protocol/field_reader.hpp"

#include <gtest/gtest.h>

#include "named_case.hpp"
#include "protocol/composer.hpp"

namespace pgsidecar {
namespace {

TEST(FieldReader, ReadsFieldsInWireOrder) {
    const std::string body =
        raw("\x01\x02\x03\xff\xff\xff\xfe"
            "name\0"
            "abc"
            "rest");
    field_reader in(body);
    EXPECT_EQ(in.u8(), 1);
    EXPECT_EQ(in.u16(), 0x0203);
    EXPECT_EQ(in.u32(), 0xfffffffe);
    EXPECT_EQ(in.cstr(), "name");
    EXPECT_EQ(in.bytes(3), "abc");
    EXPECT_EQ(in.rest(), "rest");
    EXPECT_TRUE(in.ok());
    EXPECT_FALSE(in.at_end());
}

TEST(FieldReader, ViewsAliasTheBody) {
    const std::string body = raw("a\0b");
    field_reader in(body);
    EXPECT_EQ(in.cstr().data(), body.data());
    EXPECT_EQ(in.bytes(1).data(), body.data() + 2);
}

TEST(FieldReader, AnEmptyStringIsNoFailure) {
    field_reader in(byte_view("\0", 1));
    EXPECT_EQ(in.cstr(), "");
    EXPECT_TRUE(in.at_end());
}

TEST(FieldReader, NothingLeftIsTheEnd) { EXPECT_TRUE(field_reader("").at_end()); }

TEST(FieldReader, NoBytesCanBeReadAtTheEnd) {
    field_reader in("");
    EXPECT_EQ(in.bytes(0), "");
    EXPECT_TRUE(in.at_end());
}

struct failing_case {
    const char* name;
    std::string body;
    void (*read)(field_reader&);
};

class FieldReaderFailure : public testing::TestWithParam<failing_case> {};

TEST_P(FieldReaderFailure, Sticks) {
    field_reader in(GetParam().body);
    GetParam().read(in);
    EXPECT_FALSE(in.ok());
    EXPECT_FALSE(in.at_end());
    EXPECT_EQ(in.u8(), 0);
    EXPECT_EQ(in.u32(), 0U);
    EXPECT_EQ(in.cstr(), "");
    EXPECT_EQ(in.bytes(1), "");
    EXPECT_EQ(in.rest(), "");
    EXPECT_FALSE(in.ok());
}

INSTANTIATE_TEST_SUITE_P(
    Cases, FieldReaderFailure,
    testing::Values(failing_case{"u8_of_nothing", "", [](field_reader& in) { in.u8(); }},
                    failing_case{"u16_of_one_byte", "a", [](field_reader& in) { in.u16(); }},
                    failing_case{"u32_of_three_bytes", "abc", [](field_reader& in) { in.u32(); }},
                    failing_case{"bytes_beyond_the_end", "abc", [](field_reader& in) { in.bytes(4); }},
                    failing_case{"more_bytes_than_there_are_addresses", "abc",
                                 [](field_reader& in) { in.bytes(static_cast<std::size_t>(-1)); }},
                    failing_case{"string_without_nul", "abc", [](field_reader& in) { in.cstr(); }},
                    failing_case{"string_of_nothing", "", [](field_reader& in) { in.cstr(); }},
                    failing_case{"what_follows_a_failure", raw("\0\0\0\0\0\0\0\0"),
                                 [](field_reader& in) {
                                     in.bytes(100);
                                     in.u16();
                                 }}),
    case_name);

TEST(FieldWriter, WritesWhatTheReaderReads) {
    std::string out;
    field_writer(out).u8(0xfe).u16(0xfedc).u32(0xfedcba98).cstr("name").bytes("abc");
    EXPECT_EQ(out, raw("\xfe\xfe\xdc\xfe\xdc\xba\x98name\0abc"));
}

TEST(MessageWriter, PutsTheLengthInFront) {
    std::string out = "x";
    message_writer(out, frontend::query).cstr("q");
    EXPECT_EQ(out, raw("xQ\0\0\0\x06q\0"));
}

}  // namespace
}  // namespace pgsidecar
