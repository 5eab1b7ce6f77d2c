#include "proxy/admin/access.hpp"

#include <gtest/gtest.h>

namespace pgsidecar::admin::test {
namespace {

caller local(std::string host) { return {.is_local = true, .host = std::move(host)}; }

TEST(Access, LocalCallersNeedNoToken) {
    for (const char* host : {"localhost", "localhost:9187", "127.0.0.1:9187", "[::1]:9187", "10.0.0.1"})
        EXPECT_EQ(refusal(local(host), "secret"), "") << host;
}

TEST(Access, ANameThatOthersCanPointHereIsNoLocalCaller) {
    for (const char* host : {"", "rebound.example.net", "rebound.example.net:9187", "localhost.example.net"})
        EXPECT_NE(refusal(local(host), ""), "") << host;
    caller with_token = local("sidecar.example.net");
    with_token.authorization = "Bearer secret";
    EXPECT_EQ(refusal(with_token, "secret"), "");
}

TEST(Access, OthersNeedTheToken) {
    caller other{.host = "10.0.0.1:9187"};
    EXPECT_NE(refusal(other, "secret"), "");
    for (const char* wrong :
         {"Bearer secre", "Bearer secret2", "Bearer ", "Basic secret", "secret", "bearer"}) {
        other.authorization = wrong;
        EXPECT_NE(refusal(other, "secret"), "") << wrong;
    }
    other.authorization = "Bearer secret";
    EXPECT_EQ(refusal(other, "secret"), "");
}

TEST(Access, WithoutATokenOthersMayNot) {
    EXPECT_NE(refusal({.host = "10.0.0.1", .authorization = "Bearer "}, ""), "");
}

TEST(Access, PagesOfOtherOriginsAreKnownByTheirHeaders) {
    EXPECT_FALSE(is_cross_site(local("localhost:9187")));
    caller same = local("localhost:9187");
    same.origin = "http://localhost:9187";
    same.fetch_site = "same-origin";
    EXPECT_FALSE(is_cross_site(same));
    for (const char* origin : {"http://localhost:8000", "https://example.net", "null"}) {
        caller other = local("localhost:9187");
        other.origin = origin;
        EXPECT_TRUE(is_cross_site(other)) << origin;
    }
    caller hidden = local("localhost:9187");
    hidden.fetch_site = "cross-site";
    EXPECT_TRUE(is_cross_site(hidden));
}

}  // namespace
}  // namespace pgsidecar::admin::test
