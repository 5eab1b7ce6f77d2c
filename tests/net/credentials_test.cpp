#include "proxy/net/credentials.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace pgsidecar::net {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class Credentials : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "pgsidecar-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
        settings_.auth.mode = config::auth_mode::scram_sha_256;
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::string file(const std::string& name, const std::string& text) {
        std::ofstream(directory_ / name, std::ios::binary) << text;
        return directory_ / name;
    }

    startup_options read() const {
        startup_options out;
        read_authentication(settings_, out);
        return out;
    }

    std::string problem() const {
        try {
            read();
        } catch (const std::runtime_error& problem) {
            std::string text = problem.what();
            const std::string where = directory_.string() + "/";
            for (auto at = text.find(where); at != text.npos; at = text.find(where))
                text.erase(at, where.size());
            return text;
        }
        return "none";
    }

    std::filesystem::path directory_;
    config::settings settings_;
};

TEST_F(Credentials, AreThoseOfTheConfiguration) {
    settings_.upstream.user = "svc";
    settings_.upstream.database = "shop";
    settings_.upstream.password = "secret";
    const startup_options out = read();
    EXPECT_EQ(out.authentication, authentication_mode::scram_sha_256);
    EXPECT_EQ(out.credentials.user, "svc");
    EXPECT_EQ(out.credentials.database, "shop");
    EXPECT_EQ(out.credentials.password.reveal(), "secret");
    EXPECT_EQ(out.users, nullptr);
}

TEST_F(Credentials, AreNotReadWhereAuthenticationPassesThrough) {
    settings_.auth.mode = config::auth_mode::pass_through;
    settings_.upstream.password_file = "/not/there";
    EXPECT_EQ(problem(), "none");
    EXPECT_THAT(authentication_files(settings_), IsEmpty());
}

TEST_F(Credentials, OfAFileMayEndWithALine) {
    for (const char* text : {"secret", "secret\n", "secret\r\n"}) {
        settings_.upstream.password_file = file("password", text);
        EXPECT_EQ(read().credentials.password.reveal(), "secret");
    }
    settings_.upstream.password_file = file("password", " two\nlines \n\n");
    EXPECT_EQ(read().credentials.password.reveal(), " two\nlines \n");
    EXPECT_THAT(authentication_files(settings_), ElementsAre(settings_.upstream.password_file, ""));
}

TEST_F(Credentials, OfABadFileAreRefused) {
    settings_.upstream.password_file = directory_ / "none";
    EXPECT_EQ(problem(), "upstream.password_file: none cannot be used: No such file or directory");
    settings_.upstream.password_file = directory_;
    EXPECT_THAT(problem(), testing::HasSubstr("cannot be used: Is a directory"));
    settings_.upstream.password_file = file("empty", "\n");
    EXPECT_EQ(problem(), "upstream.password_file: empty cannot be used: it is empty");
    settings_.upstream.password_file = file("nul", "se\0cret"s);
    EXPECT_EQ(problem(), "upstream.password_file: nul cannot be used: it has a NUL byte in it");
    settings_.upstream.password_file = file("long", std::string((1 << 20) + 1, 'x'));
    EXPECT_EQ(problem(), "upstream.password_file: long cannot be used: it has more than a megabyte");
}

TEST_F(Credentials, UsersAreReadWithTheirSecrets) {
    settings_.auth.users_file = file("users", "\"app\" \"secret\"\n");
    const auto users = read().users;
    ASSERT_NE(users, nullptr);
    ASSERT_NE(users->scram_secret_of("app"), nullptr);
    EXPECT_EQ(users->scram_secret_of("app")->salt, read().users->scram_secret_of("app")->salt)
        << "a reload changes no salt";
    EXPECT_THAT(authentication_files(settings_), ElementsAre("", settings_.auth.users_file));
}

TEST_F(Credentials, UsersOfABadFileAreRefusedByTheirLine) {
    settings_.auth.users_file = file("users", "\"app\" \"fine\"\n\"b\" secret\n");
    EXPECT_EQ(problem(),
              "auth.users_file: users, line 2: behind user \"b\", a secret in double quotes is expected");
    settings_.auth.users_file = file("md5", "\n\"b\" \"md5" + std::string(32, 'a') + "\"");
    EXPECT_EQ(problem(),
              "auth.users_file: md5, line 2: user \"b\" has an MD5 hash, which SCRAM-SHA-256 cannot use");
    settings_.auth.mode = config::auth_mode::trust;
    EXPECT_EQ(problem(), "none") << "it is logged in with, but checks nobody";
}

}  // namespace
}  // namespace pgsidecar::net
