#include "proxy/config/conninfo.hpp"

#include <gmock/gmock.h>

using namespace pgsidecar::config;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(Conninfo, TellsAConnectionStringFromAnAddress) {
    EXPECT_TRUE(is_conninfo("postgres://pooler"));
    EXPECT_TRUE(is_conninfo("postgresql:///shop"));
    EXPECT_TRUE(is_conninfo("host=pooler"));
    EXPECT_FALSE(is_conninfo("pooler:6543"));
    EXPECT_FALSE(is_conninfo("unix:/run/a=b"));
}

TEST(Conninfo, ReadsTheShapeOfSupabase) {
    const auto read =
        read_conninfo("postgresql://postgres.project:s%40cret@pooler:6543/postgres?sslmode=require");
    EXPECT_EQ(read.problem, "");
    EXPECT_THAT(read.values,
                UnorderedElementsAre(Pair("user", "postgres.project"), Pair("password", "s@cret"),
                                     Pair("host", "pooler"), Pair("port", "6543"), Pair("dbname", "postgres"),
                                     Pair("sslmode", "require")));
}

TEST(Conninfo, ReadsPairs) {
    const auto read = read_conninfo("host = 'a b' password='it\\'s' port=1");
    EXPECT_THAT(read.values,
                UnorderedElementsAre(Pair("host", "a b"), Pair("password", "it's"), Pair("port", "1")));
}

TEST(Conninfo, KnowsDirectNegotiationWhateverTheVersionOfLibpq) {
    for (const char* text : {"postgresql://u:a?b&sslnegotiation=x@h/d?sslnegotiation=direct&sslmode=require",
                             "postgresql://u:a?b&sslnegotiation=x@h/d?sslmode=require&sslnegotiation=direct",
                             "sslmode=require sslnegotiation = direct password='a?b&sslnegotiation=x' host=h "
                             "user=u dbname=d",
                             "password=a?b&sslnegotiation=x user=u dbname=d host=h sslnegotiation='direct' "
                             "sslmode=require"}) {
        const auto read = read_conninfo(text);
        EXPECT_EQ(read.problem, "") << text;
        EXPECT_THAT(read.values,
                    UnorderedElementsAre(Pair("user", "u"), Pair("password", "a?b&sslnegotiation=x"),
                                         Pair("host", "h"), Pair("dbname", "d"), Pair("sslmode", "require"),
                                         Pair("sslnegotiation", "direct")))
            << text;
    }
}

TEST(Conninfo, ReadsItAlone) {
    EXPECT_THAT(read_conninfo("postgresql://?sslnegotiation=direct").values,
                UnorderedElementsAre(Pair("sslnegotiation", "direct")));
    EXPECT_THAT(read_conninfo("sslnegotiation=direct").values,
                UnorderedElementsAre(Pair("sslnegotiation", "direct")));
}

TEST(Conninfo, NamesAnUnknownParameter) {
    EXPECT_EQ(read_conninfo("postgresql://u:secret@h/d?ssl_mode=require").problem,
              "unknown parameter 'ssl_mode'");
    EXPECT_EQ(read_conninfo("host=h password=secret ssl_mode=require").problem,
              "unknown parameter 'ssl_mode'");
}

TEST(Conninfo, NeverRepeatsAPassword) {
    for (const char* text :
         {"postgresql://u:secret%zz@h/d", "postgresql://u:sec%00ret@h", "postgresql://[secret",
          "password=x secret", "postgresql://u:x/secret?secret=secret@h/d", "postgresql://h?secret",
          "password='secret", "postgresql://u:/?secret=y@h", "secretSecret=1"}) {
        const auto read = read_conninfo(text);
        EXPECT_THAT(read.problem, Not(HasSubstr("secret"))) << text;
        EXPECT_NE(read.problem, "") << text;
    }
}
