#include "proxy/sql/sql_parameters.hpp"

#include <gtest/gtest.h>

namespace pgsidecar {
namespace {

TEST(SqlUses, HighestParameter) {
    EXPECT_EQ(highest_parameter("select 1"), 0U);
    EXPECT_EQ(highest_parameter("select $1, $3"), 3U);
    EXPECT_EQ(highest_parameter("select $2 /* $9 */, '$8', $$ $7 $$, \"$6\" -- $5"), 2U);
    EXPECT_EQ(highest_parameter("select $65535"), 65535U);
    EXPECT_EQ(highest_parameter("select $1 'open"), std::nullopt);
}

}  // namespace
}  // namespace pgsidecar
