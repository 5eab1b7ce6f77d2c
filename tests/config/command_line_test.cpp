#include "proxy/config/answer.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace pgsidecar::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using request = command_line::request;

command_line parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "pgsidecar");
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

struct outcome {
    std::optional<int> status;
    std::string out, err;
};

outcome run(const std::vector<const char*>& arguments, const environment& variables = {}) {
    const auto parsed = parse(arguments);
    std::ostringstream out, err;
    const auto status = answer(parsed, load(parsed, variables), out, err);
    return {status, out.str(), err.str()};
}

TEST(CommandLine, GivesWhatIsAskedFor) {
    EXPECT_EQ(parse({}).asked, request::run);
    EXPECT_EQ(parse({"--check-config"}).asked, request::check_config);
    EXPECT_EQ(parse({"--print-config"}).asked, request::print_config);
    EXPECT_EQ(parse({"--version"}).asked, request::version);
    EXPECT_EQ(parse({"--help"}).asked, request::help);
    EXPECT_EQ(parse({"--config", "x.yaml"}).config_file, "x.yaml");
    EXPECT_EQ(parse({"--config=x.yaml"}).config_file, "x.yaml");
    EXPECT_EQ(parse({}).config_file, std::nullopt);
}

TEST(CommandLine, SetsKeys) {
    const auto arguments =
        parse({"--listen", "a:1", "--upstream=b:2", "--listen", "unix:/c", "--log-level", "debug"});
    ASSERT_THAT(arguments.given.problems, IsEmpty());
    const auto loaded = load(arguments, {});
    EXPECT_THAT(loaded.values.listen, ElementsAre(address::tcp("a", 1), address::unix_socket("/c")));
    EXPECT_THAT(loaded.values.upstream.addresses, ElementsAre(address::tcp("b", 2)));
    EXPECT_EQ(loaded.values.log.level, log_level::debug);
    EXPECT_THAT(loaded.problems, IsEmpty());
}

TEST(CommandLine, APortAloneOfTheAdminInterfaceIsOnLoopback) {
    const auto admin = [](const char* text) {
        return load(parse({"--admin", text}), {}).values.admin.listen;
    };
    EXPECT_THAT(admin("9432"), ElementsAre(address::tcp("127.0.0.1", 9432)));
    EXPECT_THAT(admin("0.0.0.0:9432"), ElementsAre(address::tcp("0.0.0.0", 9432)));
}

TEST(CommandLine, SaysWhatIsWrong) {
    const struct {
        std::vector<const char*> arguments;
        const char* expected;
    } cases[] = {
        {{"--listen"}, "--listen"},
        {{"--upstream"}, "--upstream"},
        {{"--config"}, "--config"},
        {{"--config", "/dev/null", "--config", "/dev/null"}, "--config"},
        {{"--lissen", "a:1"}, "unknown argument: '--lissen'"},
        {{"--list", "a:1"}, "unknown argument: '--list'"},
        {{"-l", "a:1"}, "unknown argument: '-l'"},
        {{"a:1"}, "unknown argument: 'a:1'"},
        {{"--listen", "a:1", "b:1"}, "unknown argument: 'b:1'"},
        {{"--listen", "a"}, "--listen: 'a' is not accepted (accepted: a list of host:port"},
        {{"--upstream", ""}, "--upstream: '' is not accepted"},
        {{"--log-level", "loud"},
         "--log-level: 'loud' is not accepted (accepted: trace, debug, info, warn, error, off)"},
        {{"--check-config=maybe"}, "Could not convert: --check-config"},
    };
    for (const auto& [arguments, expected] : cases) {
        const auto [status, out, err] = run(arguments);
        EXPECT_EQ(status, 2) << expected;
        EXPECT_THAT(err, HasSubstr(std::string("pgsidecar: error: ") + expected));
        EXPECT_THAT(out, IsEmpty());
    }
}

TEST(CommandLine, TellsAllThatIsWrong) {
    const auto [status, out, err] =
        run({"--listen", "x", "--bogus", "y", "--log-level", "loud", "--config", "/no/file"},
            {{"PGSIDECAR_WORKERS", "many"}});
    EXPECT_EQ(status, 2);
    for (const auto* part : {"--listen: 'x'", "'--bogus'", "'y'", "--log-level: 'loud'", "/no/file",
                             "PGSIDECAR_WORKERS: 'many'"})
        EXPECT_THAT(err, HasSubstr(part));
    EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 6);
}

TEST(CommandLine, NeverRepeatsWhatMayHoldAPassword) {
    const auto url = "postgresql://app:hunter2@db:5432/app";
    const auto [status, out, err] =
        run({"--upstream", url, url, "--listen", "host=db password=hunter2"},
            {{"PGSIDECAR_UPSTREAM_ADDRESS", url}, {std::string("PGSIDECAR_") + url, "x"}});
    EXPECT_EQ(status, 2);
    EXPECT_THAT(out + err, Not(HasSubstr("hunter2")));
    EXPECT_THAT(
        err,
        HasSubstr(
            "PGSIDECAR_UPSTREAM_ADDRESS: the value (not shown: it may hold a password) is not accepted"));
}

TEST(Answer, LetsTheProxyRun) {
    const auto [status, out, err] = run({}, {{"PGSIDECAR_PORT", "x"}});
    EXPECT_EQ(status, std::nullopt);
    EXPECT_EQ(out + err, "");
}

TEST(Answer, ChecksTheConfiguration) {
    const auto [status, out, err] = run({"--check-config"}, {{"PGSIDECAR_PORT", "x"}});
    EXPECT_EQ(status, 0);
    EXPECT_EQ(out, "ok\n");
    EXPECT_EQ(err, "pgsidecar: warning: environment variable 'PGSIDECAR_PORT' names no key and is ignored\n");
}

TEST(Answer, PrintsHelpAndVersionWhateverTheConfiguration) {
    const environment broken = {{"PGSIDECAR_WORKERS", "many"}};
    const auto help = run({"--help"}, broken);
    EXPECT_EQ(help.status, 0);
    for (const auto* option : {"--listen", "--upstream", "--config", "--check-config", "--print-config",
                               "--version", "--log-level"})
        EXPECT_THAT(help.out, HasSubstr(option));
    const auto version = run({"--version"}, broken);
    EXPECT_EQ(version.status, 0);
    EXPECT_THAT(version.out, ::testing::MatchesRegex("pgsidecar [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Answer, FailsIfNobodyCanReadIt) {
    const auto parsed = parse({"--version"});
    std::ostringstream out, err;
    out.setstate(std::ios::badbit);
    EXPECT_EQ(answer(parsed, load(parsed, {}), out, err), 1);
}

}  // namespace
}  // namespace pgsidecar::config
