#include "proxy/config/print.hpp"
#include "proxy/config/yaml_file.hpp"

#include <gtest/gtest.h>

#include <random>

namespace pgsidecar::config {
namespace {

// Whatever the text, reading ends with values or problems, each named; never with an exception.
class RandomYaml : public ::testing::Test {
protected:
    static constexpr int rounds = 4000;

    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
    }

    static void read(const std::string& text) {
        SCOPED_TRACE(text);
        given_values given;
        ASSERT_NO_THROW(given = read_yaml(text, "f"));
        settings result;
        for (const auto& problem : given.problems) EXPECT_EQ(problem.substr(0, 1), "f");
        for (const auto& value : given.values) {
            std::vector<std::string> texts;
            for (const auto& item : value.texts) texts.push_back(item.text);
            ASSERT_TRUE(value.target->is_list || texts.size() == 1);
            ASSERT_NO_THROW(value.target->assign(result, texts));
        }
    }

    std::mt19937 random_{20261124};
};

TEST_F(RandomYaml, FromTokens) {
    const std::vector<std::string> tokens = {"listen",
                                             "upstream",
                                             "address",
                                             "workers",
                                             "log",
                                             "level",
                                             ": ",
                                             ":",
                                             "\n",
                                             "\n  ",
                                             "\n    ",
                                             "- ",
                                             "[",
                                             "]",
                                             "{",
                                             "}",
                                             ",",
                                             "? ",
                                             "&a ",
                                             "*a",
                                             "!!str ",
                                             "!",
                                             "|",
                                             ">",
                                             "\"",
                                             "'",
                                             "#",
                                             "---\n",
                                             "...\n",
                                             "%YAML 1.2\n",
                                             "~",
                                             "null",
                                             "<<",
                                             "\\",
                                             "\t",
                                             "a:1",
                                             "5s",
                                             "auto",
                                             "\xff",
                                             "\xc3\xa9",
                                             "\xe2\x80\xa8",
                                             std::string(1, '\0'),
                                             "@",
                                             "`"};
    for (int round = 0; round < rounds; ++round) {
        std::string text;
        for (auto left = below(30); left > 0; --left) text += tokens[below(tokens.size())];
        read(text);
    }
}

TEST_F(RandomYaml, FromTheReferenceFileBroken) {
    const auto whole = print_reference();
    for (int round = 0; round < rounds / 10; ++round) {
        auto text = whole;
        for (auto left = 1 + below(5); left > 0 && !text.empty(); --left) {
            const auto at = below(text.size());
            switch (below(3)) {
                case 0: text.erase(at, 1 + below(20)); break;
                case 1: text[at] = static_cast<char>(below(256)); break;
                default: text.insert(at, text.substr(below(text.size()), below(60)));
            }
        }
        read(text);
    }
}

}  // namespace
}  // namespace pgsidecar::config
