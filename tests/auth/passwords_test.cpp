#include <gtest/gtest.h>

#include <concepts>
#include <ostream>

#include "proxy/auth/base64.hpp"
#include "proxy/auth/md5_password.hpp"
#include "proxy/auth/sasl_prep.hpp"
#include "proxy/auth/secret_string.hpp"

namespace pgsidecar::auth {
namespace {

using namespace std::string_literals;

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
    out << value;
};

static_assert(!printable<secret_string>);
static_assert(!std::convertible_to<secret_string, byte_view>);
static_assert(!std::convertible_to<std::string, secret_string>);

TEST(SecretString, ComparesAndChanges) {
    secret_string one("one"), other("other");
    EXPECT_EQ(one, secret_string("one"));
    EXPECT_NE(one, other);
    EXPECT_NE(one, secret_string("onf"));
    other = one;
    EXPECT_EQ(other.reveal(), "one");
    const secret_string moved = std::move(other);
    EXPECT_EQ(moved.reveal(), "one");
    EXPECT_TRUE(secret_string().empty());
    EXPECT_EQ(secret_string(), secret_string(""));
}

TEST(Wipe, LeavesZeros) {
    std::string text = "secret";
    wipe(text);
    EXPECT_EQ(text, std::string(6, '\0'));
}

TEST(Base64, ReadsWhatItWrites) {
    for (const std::string& bytes : {""s, "f"s, "fo"s, "foo"s, "\0\xff\0"s, std::string(1000, '=')})
        EXPECT_EQ(read_base64(base64(bytes)), bytes);
    EXPECT_EQ(base64("foob"), "Zm9vYg==");  // RFC 4648 §10
}

TEST(Base64, ReadsNothingElse) {
    for (const char* text : {"Zg", "Zg=", "Zg===", "Z===", "====", "=Zg=", "Zg==Zg==", "Zh==", "Zm 9", " Zm9",
                             "Zm9v\n", "Zm9v    ", "Zm9v\nZm9", "Z-9v", "Zm\0v"})
        EXPECT_EQ(read_base64(text), std::nullopt) << text;
}

TEST(Md5Password, AnswersAsPostgreSqlExpects) {
    // SELECT md5('secretuser'); then md5 of that and the salt
    const auto answer = md5_answer("user", "secret", "salt");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->reveal(), "md5440c573f34f2e2f3ff4b6dbdd8a2686b");
    EXPECT_EQ(md5_answer("user", "md520eb1b22a92b5c573dc1eb4331fc49ee", "salt"), answer)
        << "the hash serves as well";
    EXPECT_TRUE(is_md5_hash("md520eb1b22a92b5c573dc1eb4331fc49ee"));
    EXPECT_FALSE(is_md5_hash("md5"));
    EXPECT_FALSE(is_md5_hash("md5" + std::string(32, 'G')));
}

struct preparation {
    const char* name;
    std::string given, prepared;
};

class SaslPrep : public testing::TestWithParam<preparation> {};

TEST_P(SaslPrep, IsThatOfPostgreSql) {
    EXPECT_EQ(prepared_password(GetParam().given).reveal(), GetParam().prepared);
}

// The first ones are the examples of RFC 4013 §3; what that refuses is taken as it is.
INSTANTIATE_TEST_SUITE_P(
    Cases, SaslPrep,
    testing::Values(preparation{"soft_hyphen", "I\xc2\xadX", "IX"}, preparation{"plain", "user", "user"},
                    preparation{"case", "USER", "USER"}, preparation{"ordinal", "\xc2\xaa", "a"},
                    preparation{"roman_numeral", "\xe2\x85\xa8", "IX"}, preparation{"control", "\a", "\a"},
                    preparation{"bidirectional", "\xd8\xa7\x31", "\xd8\xa7\x31"},
                    preparation{"space",
                                "a\xc2\xa0"
                                "b",
                                "a b"},
                    preparation{"nothing_left", "\xc2\xad", "\xc2\xad"},
                    preparation{"latin1", "p\xe4ss", "p\xe4ss"},
                    preparation{"control_c1", "x\xc2\x85", "x\xc2\x85"},
                    preparation{"composed", "o\xcc\x88", "\xc3\xb6"}),
    [](const auto& i) { return i.param.name; });

}  // namespace
}  // namespace pgsidecar::auth
