#include "proxy/check/options.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

using namespace pgsidecar::check;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

namespace {

parsed_options parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "check");
    return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

class Options : public testing::Test {
protected:
    void SetUp() override { ::unsetenv("PGSIDECAR_UPSTREAM_URL"); }
    void TearDown() override { ::unsetenv("PGSIDECAR_UPSTREAM_URL"); }
};

}  // namespace

TEST_F(Options, HaveDefaults) {
    const auto parsed = parse({"postgres://h"});
    ASSERT_FALSE(parsed.stop);
    EXPECT_EQ(parsed.values.url, "postgres://h");
    EXPECT_FALSE(parsed.values.json);
    EXPECT_TRUE(parsed.values.may_write);
    EXPECT_FALSE(parsed.values.as_is);
    EXPECT_EQ(parsed.values.timeout, 10s);
}

TEST_F(Options, AreTaken) {
    const auto parsed = parse({"--json", "--no-write", "--as-is", "--timeout", "0.25", "host=h"});
    ASSERT_FALSE(parsed.stop);
    EXPECT_EQ(parsed.values.url, "host=h");
    EXPECT_TRUE(parsed.values.json);
    EXPECT_FALSE(parsed.values.may_write);
    EXPECT_TRUE(parsed.values.as_is);
    EXPECT_EQ(parsed.values.timeout, 250ms);
}

TEST_F(Options, TakeTheUrlOfTheEnvironment) {
    ::setenv("PGSIDECAR_UPSTREAM_URL", "postgres://env", 1);
    EXPECT_EQ(parse({}).values.url, "postgres://env");
    EXPECT_EQ(parse({"postgres://given"}).values.url, "postgres://given");
}

TEST_F(Options, ExplainThemselves) {
    const auto parsed = parse({"--help"});
    ASSERT_TRUE(parsed.stop);
    EXPECT_EQ(parsed.stop->exit_status, 0);
    for (const char* option : {"--json", "--no-write", "--as-is", "--timeout", "URL"})
        EXPECT_THAT(parsed.stop->text, HasSubstr(option));
}

TEST_F(Options, WrongOnesAreUsage) {
    const std::vector<std::vector<const char*>> wrong = {{},
                                                         {"--bogus", "host=h"},
                                                         {"--timeout", "0", "host=h"},
                                                         {"--timeout", "x", "host=h"},
                                                         {"host=h", "port=1"}};
    for (const auto& arguments : wrong) {
        const auto parsed = parse(arguments);
        ASSERT_TRUE(parsed.stop);
        EXPECT_EQ(parsed.stop->exit_status, 2);
    }
}

TEST_F(Options, NeverRepeatAPassword) {
    const auto parsed = parse({"postgres://u:secret@h", "postgres://u:secret@h"});
    ASSERT_TRUE(parsed.stop);
    EXPECT_THAT(parsed.stop->text, Not(HasSubstr("secret")));
}
