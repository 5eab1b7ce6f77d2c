#include "proxy/config/load.hpp"
#include "proxy/config/print.hpp"

#include <gmock/gmock.h>

namespace pgsidecar::config {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

loaded_settings load_url(const std::string& url, environment variables = {}) {
    const char* arguments[] = {"pgsidecar", "--upstream", url.c_str()};
    return load(parse_command_line(3, arguments), variables);
}

upstream_settings upstream_of(const std::string& url) {
    const auto loaded = load_url(url);
    EXPECT_THAT(loaded.problems, IsEmpty()) << url;
    EXPECT_THAT(loaded.warnings, IsEmpty()) << url;
    return loaded.values.upstream;
}

TEST(UpstreamUrl, GivesTheShapeOfSupabase) {
    const auto loaded =
        load_url("postgresql://postgres.project:s%40cret@db.example:6543/postgres?sslmode=require");
    ASSERT_THAT(loaded.problems, IsEmpty());
    const auto& upstream = loaded.values.upstream;
    EXPECT_THAT(upstream.addresses, ElementsAre(address::tcp("db.example", 6543)));
    EXPECT_EQ(upstream.user, "postgres.project");
    EXPECT_EQ(upstream.password, "s@cret");
    EXPECT_EQ(upstream.database, "postgres");
    EXPECT_EQ(loaded.values.upstream_tls.mode, tls_mode::require);
    EXPECT_EQ(loaded.values.auth.mode, auth_mode::pass_through);
    EXPECT_EQ(loaded.origins.at("upstream.user"), "command line");
    EXPECT_THAT(loaded.warnings, IsEmpty());
}

TEST(UpstreamUrl, GivesNothingThatItDoesNotName) {
    const auto loaded = load_url("postgres://h");
    settings expected;
    expected.upstream.url = "postgres://h";
    expected.upstream.addresses = {address::tcp("h", 5432)};
    EXPECT_EQ(loaded.values, expected);
    EXPECT_THAT(upstream_of("postgresql:///db").addresses, ElementsAre(address::tcp("127.0.0.1", 6543)));
}

TEST(UpstreamUrl, TakesEveryKindOfHost) {
    const auto tcp = [](const char* host, std::uint16_t port) { return address::tcp(host, port); };
    EXPECT_THAT(upstream_of("postgres://[::1]:1/d").addresses, ElementsAre(tcp("::1", 1)));
    EXPECT_THAT(upstream_of("postgres://a:1,b,[::2]:3/d").addresses,
                ElementsAre(tcp("a", 1), tcp("b", 5432), tcp("::2", 3)));
    EXPECT_THAT(upstream_of("host=a,b port=7").addresses, ElementsAre(tcp("a", 7), tcp("b", 7)));
    EXPECT_THAT(upstream_of("host=/run/pg,b port=6432,7").addresses,
                ElementsAre(address::unix_socket("/run/pg/.s.PGSQL.6432"), tcp("b", 7)));
    EXPECT_THAT(upstream_of("postgres://%2Frun%2Fpg/d").addresses,
                ElementsAre(address::unix_socket("/run/pg/.s.PGSQL.5432")));
}

TEST(UpstreamUrl, VerifiesTheNameOfAHostWithAnAddress) {
    const auto loaded = load_url("host=db.example hostaddr=192.0.2.1");
    EXPECT_THAT(loaded.values.upstream.addresses, ElementsAre(address::tcp("192.0.2.1", 5432)));
    EXPECT_EQ(loaded.values.upstream_tls.server_name, "db.example");
}

TEST(UpstreamUrl, GivesTls) {
    const auto loaded = load_url(
        "postgres://h?sslmode=verify-full&sslrootcert=/r&sslcert=/c&sslkey=/k&sslnegotiation=direct"
        "&ssl_min_protocol_version=TLSv1.3&connect_timeout=7");
    ASSERT_THAT(loaded.problems, IsEmpty());
    const upstream_tls_settings expected{tls_mode::verify_full, tls_negotiation::direct, "/r", "/c", "/k", "",
                                         tls_version::v1_3};
    EXPECT_EQ(loaded.values.upstream_tls, expected);
    EXPECT_EQ(loaded.values.upstream.connect_timeout, 7s);
}

TEST(UpstreamUrl, VerifiesWhereTheMachinesOwnAuthoritiesAreNamed) {
    EXPECT_EQ(load_url("postgres://h?sslrootcert=system").values.upstream_tls.mode, tls_mode::verify_full);
    EXPECT_THAT(load_url("postgres://h?sslrootcert=system&sslmode=require").problems,
                ElementsAre(HasSubstr("system needs mode verify-full")));
}

TEST(UpstreamUrl, KnowsNoLimitForConnecting) {
    EXPECT_EQ(upstream_of("host=h connect_timeout=0").connect_timeout, 24h);
    EXPECT_EQ(upstream_of("host=h connect_timeout=-1").connect_timeout, 24h);
}

TEST(UpstreamUrl, IsWeakerThanAKeyOfItsSourceAndStrongerThanOneOfAWeakerSource) {
    const environment variables = {{"PGSIDECAR_UPSTREAM_URL", "postgres://u@env:1?sslmode=require"},
                                   {"PGSIDECAR_UPSTREAM_ADDRESS", "key:2"},
                                   {"PGSIDECAR_UPSTREAM_USER", "v"}};
    const char* alone[] = {"pgsidecar"};
    const auto beside = load(parse_command_line(1, alone), variables).values;
    EXPECT_THAT(beside.upstream.addresses, ElementsAre(address::tcp("key", 2)));
    EXPECT_EQ(beside.upstream.user, "v");
    EXPECT_EQ(beside.upstream_tls.mode, tls_mode::require);
    EXPECT_THAT(load_url("postgres://given:3", variables).values.upstream.addresses,
                ElementsAre(address::tcp("given", 3)));
}

TEST(UpstreamUrl, WarnsOfWhatAProxyDoesNotDo) {
    const auto loaded =
        load_url("postgres://h?application_name=a&options=-c%20x%3D1&target_session_attrs=any");
    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_THAT(loaded.warnings,
                ElementsAre("--upstream: application_name has no meaning for a proxy and is ignored",
                            "--upstream: options has no meaning for a proxy and is ignored"));
}

TEST(UpstreamUrl, RefusesWhatItCannotDo) {
    EXPECT_THAT(load_url("postgres://h?sslcrl=/c").problems,
                ElementsAre("--upstream: sslcrl is not supported with this value"));
    EXPECT_THAT(load_url("postgres://h?target_session_attrs=read-write").problems,
                ElementsAre("--upstream: target_session_attrs is not supported with this value"));
    EXPECT_THAT(load_url("postgres://h?ssl_mode=require").problems,
                ElementsAre("--upstream: unknown parameter 'ssl_mode'"));
    EXPECT_THAT(load_url("host=a,b,c port=1,2").problems,
                ElementsAre("--upstream: has as many ports as hosts, or one"));
    EXPECT_THAT(load_url("postgres://h?sslmode=maybe").problems,
                ElementsAre(testing::StartsWith("--upstream: upstream_tls.mode: 'maybe' is not accepted")));
}

TEST(UpstreamUrl, StandsAlone) {
    const char* arguments[] = {"pgsidecar", "--upstream", "a:1", "--upstream", "postgres://u:secret@h"};
    const auto loaded = load(parse_command_line(5, arguments), {});
    EXPECT_THAT(loaded.problems, testing::Contains(HasSubstr("--upstream: a URL stands alone")));
    EXPECT_THAT(loaded.problems, Each(Not(HasSubstr("secret"))));
}

TEST(UpstreamUrl, NeverShowsThePassword) {
    for (const char* url :
         {"postgres://u:secret@h:1/d", "postgres://u:12/secret@h/d", "postgres://u:secret/x@h/d",
          "postgres://u:a%0asecret@h/d", "postgres://u:secret%@h/d", "password='secret x' host=h port=x",
          "postgres://u:secret@h:1?sslmode=bad&nope=1", "postgres://u:secret@h o s t/d"}) {
        const auto loaded = load_url(url);
        EXPECT_THAT(loaded.problems, Each(Not(HasSubstr("secret")))) << url;
        EXPECT_THAT(loaded.warnings, Each(Not(HasSubstr("secret")))) << url;
        if (loaded.problems.empty()) { EXPECT_THAT(print_config(loaded), Not(HasSubstr("secret"))) << url; }
    }
}

}  // namespace
}  // namespace pgsidecar::config
