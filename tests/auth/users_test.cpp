#include "proxy/auth/users.hpp"

#include <gmock/gmock.h>

#include "auth/rfc7677.hpp"

namespace pgsidecar::auth {
namespace {

using testing::ElementsAre;

users read(byte_view text) { return {read_users_file(text), secret_string("key")}; }

TEST(UsersFile, ReadsPgBouncersFormat) {
    const users_file file = read_users_file(
        "; comment\n"
        "\"app\" \"secret\"\n"
        "\n"
        "  \"with \"\"quotes\"\"\"\t\"a\"\"b\" and the rest\r\n"
        "\"empty\" \"\"");
    EXPECT_THAT(file.problems, ElementsAre());
    ASSERT_EQ(file.users.size(), 3U);
    EXPECT_EQ(file.users[0].name, "app");
    EXPECT_EQ(file.users[0].secret.reveal(), "secret");
    EXPECT_EQ(file.users[0].line, 2U);
    EXPECT_EQ(file.users[1].name, "with \"quotes\"");
    EXPECT_EQ(file.users[1].secret.reveal(), "a\"b");
    EXPECT_EQ(file.users[2].line, 5U);
    EXPECT_TRUE(file.users[2].secret.empty());
}

TEST(UsersFile, SaysWhereItIsWrongAndNoSecret) {
    const users_file file = read_users_file(
        "app secret\n"
        "\"app\"\n"
        "\"good\" \"secret\"\n"
        "\"app\" \"secret\n"
        "\"\" \"secret\"\n"
        "\"good\" \"other\"\n");
    EXPECT_THAT(file.problems,
                ElementsAre("line 1: a user name in double quotes is expected",
                            "line 2: behind user \"app\", a secret in double quotes is expected",
                            "line 4: behind user \"app\", a secret in double quotes is expected",
                            "line 5: a user name in double quotes is expected",
                            "line 6: user \"good\" stands there twice"));
    EXPECT_EQ(file.users.size(), 1U);
}

TEST(Users, AreCheckedByPasswordOrSecret) {
    const users known = read("\"plain\" \"pencil\"\n\"secret\" \"" + rfc7677::secret + "\"\n");
    const scram_secret* plain = known.scram_secret_of("plain");
    ASSERT_NE(plain, nullptr);
    EXPECT_EQ(plain->salt, mock_scram_salt("key", "plain")) << "as that of a user who is not there";
    EXPECT_EQ(plain->stored_key, make_scram_secret("pencil", plain->salt).stored_key);
    EXPECT_EQ(known.password_of("plain").reveal(), "pencil");

    const scram_secret* secret = known.scram_secret_of("secret");
    ASSERT_NE(secret, nullptr);
    EXPECT_EQ(secret->stored_key, read_scram_secret(rfc7677::secret)->stored_key);
    EXPECT_TRUE(known.password_of("secret").empty()) << "nobody can log in with it";
}

TEST(Users, WithoutAnythingThatScramCanUseAreUnknown) {
    const users known = read("\"empty\" \"\"\n\"md5\" \"md5" + std::string(32, 'a') + "\"\n");
    EXPECT_EQ(known.scram_secret_of("nobody"), nullptr);
    EXPECT_EQ(known.scram_secret_of("empty"), nullptr);
    EXPECT_EQ(known.scram_secret_of("md5"), nullptr);
    EXPECT_EQ(known.password_of("md5").reveal(), "md5" + std::string(32, 'a')) << "it answers MD5 upstream";
    EXPECT_TRUE(known.password_of("nobody").empty());
}

}  // namespace
}  // namespace pgsidecar::auth
