#include "proxy/config/yaml_file.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <vector>

namespace pgsidecar::config {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> texts_of(const given_values& given, const std::string& path) {
    std::vector<std::string> texts;
    for (const auto& value : given.values)
        if (value.target->path == path)
            for (const auto& item : value.texts) texts.push_back(item.text);
    return texts;
}

TEST(YamlFile, GivesTextsWithTheirPlaces) {
    const auto given = read_yaml(
        "# a comment\nlisten:\n  - 127.0.0.1:6432\n  - '[::1]:6432'\nupstream:\n  address: db:1\n", "f");
    ASSERT_THAT(given.problems, IsEmpty());
    EXPECT_THAT(texts_of(given, "listen"), ElementsAre("127.0.0.1:6432", "[::1]:6432"));
    EXPECT_THAT(texts_of(given, "upstream.address"), ElementsAre("db:1"));
    EXPECT_EQ(given.values[0].texts[1].where, "f:4: listen");
    EXPECT_EQ(given.values[0].origin, "f:2");
    EXPECT_EQ(given.values[1].where, "f:6: upstream.address");
}

TEST(YamlFile, TakesWhatSaysNothing) {
    for (const std::string text :
         {"", "\n", "# only a comment\n", "---\n", "~", "{}", "upstream:\n", "log: {}\n", "\xef\xbb\xbf"}) {
        const auto given = read_yaml(text, "f");
        EXPECT_THAT(given.problems, IsEmpty()) << text;
        EXPECT_THAT(given.values, IsEmpty()) << text;
    }
}

TEST(YamlFile, TakesOneTextAsAList) {
    EXPECT_THAT(texts_of(read_yaml("listen: a:1", "f"), "listen"), ElementsAre("a:1"));
    EXPECT_THAT(
        texts_of(read_yaml("{startup_parameters: {supported: []}}", "f"), "startup_parameters.supported"),
        IsEmpty());
}

TEST(YamlFile, TakesValuesAsWrittenWhateverYamlMakesOfThem) {
    EXPECT_THAT(texts_of(read_yaml("result_shape_check: off", "f"), "result_shape_check"),
                ElementsAre("off"));
    EXPECT_THAT(texts_of(read_yaml("workers: \"4\"", "f"), "workers"), ElementsAre("4"));
}

TEST(YamlFile, SaysWhatIsWrongAndWhere) {
    const struct {
        const char* text;
        const char* start;
        const char* hint;
    } cases[] = {
        {"wokers: 2", "f:1: wokers: unknown key", "workers, max_connections"},
        {"\n\nupstream:\n  adress: a:1\n", "f:4: upstream.adress: unknown key",
         "(accepted here: address, url, connect_timeout, "},
        {"upstream.address: a:1", "f:1: 'upstream.address': unknown key", "upstream"},
        {"address: a:1", "f:1: address: unknown key", "upstream"},
        {"<<: {workers: 1}", "f:1: '<<': unknown key", "workers"},
        {"workers: 1\nworkers: 2\n", "f:2: workers: stands here for the second time", ""},
        {"log: {level: info}\nlog: {format: json}", "f:2: log: stands here for the second time", ""},
        {"log:\n  level: info\n  level: warn\n", "f:3: log.level: stands here for the second time", ""},
        {"- workers", "f:1: not a mapping",
         "accepted here: listen, proxy_protocol, client_tls, auth, upstream, "},
        {"workers", "f:1: not a mapping", "accepted here: listen"},
        {"log: info", "f:1: log: not a mapping", "(accepted here: level, format)"},
        {"log: [level]", "f:1: log: not a mapping", "(accepted here: level, format)"},
        {"workers:", "f:1: workers: has no value", "1 to 256, or auto"},
        {"workers: ~", "f:1: workers: has no value", "1 to 256"},
        {"workers: [1]", "f:1: workers: is a list", "1 to 256"},
        {"workers: {a: 1}", "f:1: workers: is a mapping", "1 to 256"},
        {"listen: {a: 1}", "f:1: listen: is a mapping", "a list of host:port"},
        {"listen:\n  - a:1\n  - [b:1]\n", "f:3: listen: not a single value", "host:port"},
        {"listen:\n  - a:1\n  - ~\n", "f:3: listen: not a single value", "host:port"},
        {"? [a]\n: 1\n", "f:1: a key must be a name", "workers"},
        {"\"a\\nb\": 1", "f:1: 'a\\x0ab': unknown key", ""},
        {"workers: 1\nlog: {level: info\n", "f:3: not YAML: ", ""},
        {"workers: 1\n\tlog: 1\n", "f:", "not YAML: "},
        {"workers: *nothing", "f:1: not YAML: ", "anchor"},
        {"workers: 1\n---\nworkers: 2\n", "f:2: a second document", ""},
        {", workers: 1\n", "f:1: a second document, or not YAML", ""},
        {"{workers: 1}\n}\n", "f:2: not YAML: ", ""},
    };
    for (const auto& [text, start, hint] : cases)
        EXPECT_THAT(read_yaml(text, "f").problems, ElementsAre(AllOf(StartsWith(start), HasSubstr(hint))))
            << text;
}

TEST(YamlFile, TellsAllThatIsWrong) {
    const auto problems = read_yaml("wokers: 1\nlog:\n  lvl: info\n  level: []\nupstream: 7\n", "f").problems;
    EXPECT_THAT(problems, ElementsAre(StartsWith("f:1: wokers"), StartsWith("f:3: log.lvl"),
                                      StartsWith("f:4: log.level"), StartsWith("f:5: upstream")));
}

TEST(YamlFile, SurvivesDocumentsThatReferToThemselves) {
    EXPECT_THAT(read_yaml("&a {log: *a}", "f").problems,
                ElementsAre(StartsWith("f:1: log.log: unknown key")));
    EXPECT_THAT(read_yaml("&a [*a]", "f").problems, ElementsAre(StartsWith("f:1: not a mapping")));
    EXPECT_THAT(read_yaml(std::string(100'000, '['), "f").problems, ElementsAre(StartsWith("f:1: not YAML")));
}

TEST(YamlFile, SaysWhyAFileCannotBeRead) {
    EXPECT_THAT(read_yaml_file("/no/such/file.yaml").problems,
                ElementsAre("/no/such/file.yaml: cannot be read: No such file or directory"));
    const auto directory = std::filesystem::temp_directory_path().string();
    EXPECT_THAT(read_yaml_file(directory).problems,
                ElementsAre(AllOf(StartsWith(directory), HasSubstr("cannot be read"))));
    EXPECT_THAT(read_yaml_file("/dev/zero").problems, ElementsAre("/dev/zero: is larger than 1 MiB"));
    EXPECT_THAT(read_yaml_file("/dev/null").problems, IsEmpty());
}

}  // namespace
}  // namespace pgsidecar::config
