#include "proxy/check/hint.hpp"

#include <gmock/gmock.h>

using namespace pgsidecar::check;
using testing::HasSubstr;

TEST(Hint, GoesByTheMessage) {
    EXPECT_THAT(hint_for("connection to server at \"127.0.0.1\", port 1 failed: Connection refused"),
                HasSubstr("Nothing listens"));
    EXPECT_THAT(hint_for("FATAL: Tenant or user not found"), HasSubstr("postgres.PROJECT"));
}

TEST(Hint, ALostStatementIsNoMissingDatabase) {
    EXPECT_THAT(hint_for("prepared statement \"a\" does not exist"), HasSubstr("not behind pgsidecar"));
    EXPECT_THAT(hint_for("database \"a\" does not exist"), HasSubstr("name of the database"));
}

TEST(Hint, IsSilentAboutTheUnknown) { EXPECT_EQ(hint_for("division by zero"), ""); }
