#include "proxy/check/target.hpp"

#include <gmock/gmock.h>

using namespace pgsidecar;
using namespace pgsidecar::check;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST(Target, IsForLibpqAndForASidecar) {
    const target read = read_target("postgresql://postgres.project:s%40cret@h:6543/postgres?sslmode=require");
    EXPECT_EQ(read.shown, "postgres.project@h:6543/postgres");
    EXPECT_EQ(read.for_libpq.at("password"), "s@cret");
    EXPECT_EQ(read.for_libpq.at("sslmode"), "require");
    EXPECT_THAT(read.for_sidecar.upstream.addresses, ElementsAre(config::address::tcp("h", 6543)));
    EXPECT_EQ(read.for_sidecar.upstream_tls.mode, config::tls_mode::require);
    EXPECT_FALSE(read.local);
}

TEST(Target, IsReachedThroughASidecarInTheClear) {
    const target read = read_target("postgres://u:secret@h:1,i:2/d?sslmode=require&sslcert=/c&sslkey=/k");
    EXPECT_THAT(
        through(read.for_libpq, 7),
        ElementsAre(Pair("application_name", "pgsidecar check"), Pair("dbname", "d"),
                    Pair("gssencmode", "disable"), Pair("host", "127.0.0.1"), Pair("password", "secret"),
                    Pair("port", "7"), Pair("sslmode", "disable"), Pair("user", "u")));
}

TEST(Target, IsLocalWithoutANetwork) {
    EXPECT_TRUE(read_target("postgres://127.0.0.1").local);
    EXPECT_TRUE(read_target("host=/run/pg,localhost,::1").local);
    EXPECT_FALSE(read_target("host=localhost,h").local);
}

TEST(Target, KnowsWhatLibpqCannotDo) {
    const target read =
        read_target("postgres://h?sslmode=verify-full&sslrootcert=system&sslnegotiation=direct");
    EXPECT_EQ(read.for_libpq.contains("sslnegotiation"), PQlibVersion() >= 170000);
    EXPECT_EQ(read.remarks.empty(), PQlibVersion() >= 170000);
    EXPECT_EQ(read.for_libpq.at("sslmode"), "verify-full");
    EXPECT_EQ(read.for_libpq.at("sslrootcert") == "system", PQlibVersion() >= 160000);
    EXPECT_EQ(read.for_sidecar.upstream_tls.negotiation, config::tls_negotiation::direct);
}

TEST(Target, HasAHostAndNoSecretInItsComplaints) {
    for (const char* url : {"postgres:///d", "h:1", "postgres://u:secret@h?nope=1", "host=h sslcrl=secret",
                            "postgres://u:se/secret@h", "dbname=secret"}) {
        try {
            read_target(url);
            ADD_FAILURE() << url;
        } catch (const std::invalid_argument& problem) {
            EXPECT_THAT(problem.what(), HasSubstr("the URL: ")) << url;
            EXPECT_THAT(problem.what(), Not(HasSubstr("secret"))) << url;
        }
    }
}
