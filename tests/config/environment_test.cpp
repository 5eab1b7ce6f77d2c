#include "proxy/config/environment.hpp"

#include <gmock/gmock.h>

namespace pgsidecar::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> texts_of(const given_value& value) {
    std::vector<std::string> texts;
    for (const auto& item : value.texts) texts.push_back(item.text);
    return texts;
}

TEST(Environment, EveryKeyHasAVariable) {
    for (const auto& entry : keys()) {
        const auto given = read_environment({{entry.variable(), "text"}});
        ASSERT_EQ(given.values.size(), 1u) << entry.path;
        EXPECT_EQ(given.values[0].target, &entry);
        EXPECT_THAT(texts_of(given.values[0]), ElementsAre("text"));
    }
    EXPECT_EQ(find_key("upstream.connect_timeout")->variable(), "PGSIDECAR_UPSTREAM_CONNECT_TIMEOUT");
}

TEST(Environment, SplitsListsAtCommas) {
    const auto list = [](const char* text) {
        return texts_of(read_environment({{"PGSIDECAR_LISTEN", text}}).values.at(0));
    };
    EXPECT_THAT(list("a:1"), ElementsAre("a:1"));
    EXPECT_THAT(list("a:1,[::1]:2 ,\tunix:/x y "), ElementsAre("a:1", "[::1]:2", "unix:/x y"));
    EXPECT_THAT(list("a:1,"), ElementsAre("a:1", ""));
    EXPECT_THAT(list(","), ElementsAre("", ""));
    EXPECT_THAT(list(""), IsEmpty());
    EXPECT_THAT(list("  "), IsEmpty());
}

TEST(Environment, WarnsOfVariablesThatNameNoKey) {
    const auto given =
        read_environment({{"PGSIDECAR_PORT", "tcp://10.0.0.1:6432"}, {"PGSIDECAR_SERVICE_HOST", "10.0.0.1"}});
    EXPECT_THAT(given.values, IsEmpty());
    EXPECT_THAT(given.problems, IsEmpty());
    EXPECT_THAT(given.warnings,
                ElementsAre(HasSubstr("'PGSIDECAR_PORT'"), HasSubstr("'PGSIDECAR_SERVICE_HOST'")));
}

TEST(Environment, LeavesOthersAlone) {
    const auto given = read_environment({{"HOME", "/"},
                                         {"PGSIDECAR", "x"},
                                         {"PGSIDECARS_LISTEN", "x"},
                                         {"XPGSIDECAR_LISTEN", "x"},
                                         {"pgsidecar_listen", "x"},
                                         {file_variable, "x.yaml"}});
    EXPECT_THAT(given.values, IsEmpty());
    EXPECT_THAT(given.warnings, IsEmpty());
}

}  // namespace
}  // namespace pgsidecar::config
