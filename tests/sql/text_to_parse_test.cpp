#include "proxy/sql/text_to_parse.hpp"

#include <gtest/gtest.h>

namespace pgsidecar {
namespace {

std::string repeated(std::string_view what, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += what;
    return out;
}

struct parsed_case {
    std::string text;
    std::string parsed;
};

TEST(TextToParse, HidesWhatTheGrammarDoesNotNeed) {
    for (const parsed_case& c : std::vector<parsed_case>{
             {"select 1", "select 1"},
             {"select 'it''s' -- c\n, /* /* d */ */ 2", "select 'xxxxx'     \n,               2"},
             {"select E'\\'\xe9', $$a$$, $t$a$$$t$, U&'\\00e9'",
              "select E'xxx', $$x$$, $t$xxx$t$, U&'xxxxx'"},
             {"select \"a'b\", 'c", ""},
             {"select 0x1F, 0o17, 0b11, 1_000, 1_0.5e1_0, x_1",
              "select 1000, 1000, 1000, 10000, 100.5e100, x_1"},
         })
        EXPECT_EQ(text_to_parse(c.text, {}).value_or(""), c.parsed);
    EXPECT_EQ(text_to_parse("select '\\', 1 --'", {.backslash_escapes = true}), "select 'xxxxxxxx'");
}

TEST(TextToParse, GivesTheGrammarNoMoreThanItsBudget) {
    EXPECT_TRUE(text_to_parse("select 1" + repeated("+1", 900), {}));
    for (const std::string& costly :
         {"select " + repeated("+", 64) + "1", "select " + repeated("- ", 4'000) + "1",
          "select array" + repeated("[", 4'000) + repeated("]", 4'000),
          "select f(1" + repeated(",1", 4'000) + ")", "select " + repeated("(select ", 2'000)})
        EXPECT_FALSE(text_to_parse(costly, {})) << costly.substr(0, 30);
    // comments and literals are no operators
    EXPECT_TRUE(text_to_parse("select '" + repeated("+", 10'000) + "' --" + repeated("-", 4'000), {}));
}

}  // namespace
}  // namespace pgsidecar
