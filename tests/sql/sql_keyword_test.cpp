#include "proxy/sql/sql_keyword.hpp"

#include <gtest/gtest.h>

namespace pgsidecar {
namespace {

TEST(SqlKeyword, IsFoundByItsWholeWord) {
    EXPECT_EQ(keyword_of("as"), sql_keyword::as_);
    EXPECT_EQ(keyword_of("execute"), sql_keyword::execute_);
    EXPECT_EQ(keyword_of("deallocate"), sql_keyword::deallocate_);
    EXPECT_EQ(keyword_of("transaction"), sql_keyword::transaction_);
}

TEST(SqlKeyword, AnythingElseIsNone) {
    for (const char* word : {"", "a", "executed", "execut", "EXECUTE", "select", "transactioo", "as "})
        EXPECT_EQ(keyword_of(word), sql_keyword::none) << word;
}

}  // namespace
}  // namespace pgsidecar
