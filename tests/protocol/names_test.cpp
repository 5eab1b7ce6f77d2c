#include "protocol/names.hpp"

#include <gtest/gtest.h>

namespace pgsidecar {
namespace {

TEST(Names, AreWhatStandsBetweenTheQuotes) {
    EXPECT_EQ(unquoted("\"a b\""), "a b");
    EXPECT_EQ(unquoted("\"a\"\"b\""), "a\"b");
    EXPECT_EQ(unquoted("\"\""), "");
}

TEST(Names, AreFoldedInAsciiOnly) { EXPECT_EQ(lower_case("AbC\xc3\x84"), "abc\xc3\x84"); }

TEST(Names, AreComparedByTheirFirstBytes) {
    EXPECT_EQ(statement_key(std::string(64, 'n')), std::string(63, 'n'));
}

}  // namespace
}  // namespace pgsidecar
