#include "proxy/config/print.hpp"

#include "generated_files.hpp"
#include "proxy/config/quote.hpp"
#include "proxy/config/yaml_file.hpp"

#include <gmock/gmock.h>

#include <set>

namespace pgsidecar::config {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::filesystem::path source = PGSIDECAR_SOURCE_DIR;
constexpr const char* how_to_renew = "renew it: cmake --build build/dev --target config_files";

settings settings_of(const std::string& yaml) {
    settings result;
    const auto given = read_yaml(yaml, "f");
    EXPECT_THAT(given.problems, IsEmpty());
    for (const auto& value : given.values) {
        std::vector<std::string> texts;
        for (const auto& item : value.texts) texts.push_back(item.text);
        EXPECT_THAT(value.target->assign(result, texts), IsEmpty()) << value.target->path;
    }
    return result;
}

TEST(ReferenceFile, IsTheTableOfKeys) {
    EXPECT_EQ(test::read_text(source / test::reference_file), print_reference()) << how_to_renew;
}

TEST(ReferenceFile, HoldsEveryKeyWithItsDefault) {
    const auto given = read_yaml(test::read_text(source / test::reference_file), "f");
    std::set<std::string> paths;
    for (const auto& value : given.values) paths.insert(value.target->path);
    EXPECT_EQ(paths.size(), keys().size());
    EXPECT_EQ(settings_of(test::read_text(source / test::reference_file)), settings{});
}

TEST(Documentation, HoldsTheTableOfKeys) {
    const auto text = test::read_text(source / test::documentation_file);
    EXPECT_EQ(text.substr(test::generated_begin(text)), print_documentation()) << how_to_renew;
}

TEST(SmallestFile, IsAccepted) { settings_of(test::read_text(source / "config/pgsidecar.yaml")); }

TEST(PrintConfig, IsReadBackAsTheSame) {
    loaded_settings loaded;
    loaded.values.listen = {address::tcp("::1", 1),
                            address::unix_socket("/it's: a # path, [with] everything"),
                            address::unix_socket("/päth")};
    loaded.values.upstream.negotiates_protocol = true;
    loaded.values.workers = auto_workers;
    loaded.values.login_timeout = std::chrono::milliseconds{1234};
    loaded.values.max_statement_size = 1025;
    loaded.values.startup_parameters.supported.clear();
    loaded.values.log.level = log_level::off;
    loaded.origins["workers"] = "a\nlog: b.yaml:3";
    EXPECT_EQ(settings_of(print_config(loaded)), loaded.values);
    EXPECT_EQ(settings_of(print_config({})), settings{});
}

TEST(PrintConfig, TellsWhereValuesAreFrom) {
    loaded_settings loaded;
    loaded.origins = {{"listen", "command line"}, {"upstream.address", "p.yaml:3"}};
    const auto text = print_config(loaded);
    EXPECT_THAT(text, HasSubstr("listen:  # command line\n  - 127.0.0.1:6432\n"));
    EXPECT_THAT(text, HasSubstr("upstream:\n  address:  # p.yaml:3\n    - 127.0.0.1:6543\n"));
    EXPECT_THAT(text, HasSubstr("workers: 1  # default\n"));
}

TEST(PrintConfig, ShowsNoSecret) {
    loaded_settings loaded;
    loaded.values.upstream.password = "hunter2";
    const auto text = print_config(loaded);
    EXPECT_THAT(text, HasSubstr("  password: '(not shown)'  # default\n"));
    EXPECT_THAT(text, HasSubstr("  token: ''  # default\n"));
    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
}

TEST(Keys, AreDescribedOnceAndInOrder) {
    std::set<std::string> paths, variables, sections;
    std::string last;
    for (const auto& entry : keys()) {
        EXPECT_TRUE(paths.insert(entry.path).second) << entry.path;
        EXPECT_TRUE(variables.insert(entry.variable()).second) << entry.path;
        EXPECT_THAT(entry.meaning, Not(IsEmpty())) << entry.path;
        EXPECT_THAT(entry.accepts, Not(IsEmpty())) << entry.path;
        const std::string section(entry.section());
        const bool begins = section != last && !section.empty();
        EXPECT_TRUE(!begins || sections.insert(section).second) << section << " is torn apart";
        last = section;
    }
}

TEST(YamlScalar, IsQuotedOnlyWhereItMustBe) {
    for (const auto* plain : {"127.0.0.1:6432", "localhost:1", "true", "auto", "16MiB", "client_encoding"})
        EXPECT_EQ(yaml_scalar(plain), plain);
    EXPECT_EQ(yaml_scalar("off"), "'off'");
    EXPECT_EQ(yaml_scalar("[::1]:1"), "'[::1]:1'");
    EXPECT_EQ(yaml_scalar("it's"), "'it''s'");
    EXPECT_EQ(yaml_scalar(""), "''");
    EXPECT_EQ(yaml_scalar("unix:/a #b"), "'unix:/a #b'");
}

}  // namespace
}  // namespace pgsidecar::config
