#include "proxy/startup/startup_request.hpp"

#include <gtest/gtest.h>

#include "startup/start_up.hpp"

// What becomes of each parameter in a conversation stands in client_startup_test.cpp.

namespace pgsidecar::test {
namespace {

TEST(StartupRequest, SaysWhoTheClientIsAlsoOfOneThatIsRefused) {
    const startup_options o = options(unsupported_parameters::reject);
    startup_request request(o);
    const auto refused = request.take(
        {.parameters = startup_parameters{{"user", "me"}, {"application_name", "app"}, {"jit", "off"}}});
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->sqlstate, "08P01");
    EXPECT_EQ(refused->message, "unsupported startup parameter: jit");
    EXPECT_EQ(request.identity(), (client_identity{"me", "", "app"}));
}

TEST(StartupRequest, NamesAllThatCannotBeHonoured) {
    const startup_options o = options();
    startup_request request(o);
    const auto refused = request.take(
        {.parameters = startup_parameters{{"user", "me"}, {"search_path", "a"}, {"options", "-c role=b"}}});
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->message, "unsupported startup parameters: role, search_path");
}

TEST(StartupRequest, SpeaksTheProtocolThatTheUpstreamKnows) {
    const startup_view message{.minor = 2,
                               .parameters = startup_parameters{{"user", "me"}, {"_pq_.extra", "1"}}};
    startup_options o = options();
    startup_request older(o);
    ASSERT_FALSE(older.take(message));
    EXPECT_EQ(older.for_upstream(), startup({{"user", "me"}}, 0));
    o.negotiates_protocol = true;
    startup_request newer(o);
    ASSERT_FALSE(newer.take(message));
    EXPECT_EQ(newer.for_upstream(), startup({{"user", "me"}, {"_pq_.extra", "1"}}, 2));
}

TEST(StartupRequest, GoesUpstreamWithOurCredentialsAndTheClientsDatabase) {
    startup_options o = options();
    o.authentication = authentication_mode::trust;
    o.credentials = {.user = "svc"};
    startup_request request(o);
    ASSERT_FALSE(request.take({.parameters = startup_parameters{{"user", "me"}}}));
    EXPECT_EQ(request.for_upstream(), startup({{"user", "svc"}, {"database", "me"}}));
    EXPECT_EQ(request.identity(), (client_identity{"me", "me", ""}));
}

TEST(StartupRequest, KeepsOnlyWhatThePoolerKeepsForReset) {
    const startup_options o = options();
    startup_request request(o);
    ASSERT_FALSE(request.take({.parameters = startup_parameters{{"user", "me"}, {"jit", "off"}}}));
    EXPECT_TRUE(request.start_up().empty());
    EXPECT_EQ(request.stripped(), std::vector<std::string>{"jit"});
    startup_request other(o);
    ASSERT_FALSE(other.take({.parameters = startup_parameters{{"user", "me"}, {"TimeZone", "UTC"}}}));
    EXPECT_FALSE(other.start_up().empty());
}

}  // namespace
}  // namespace pgsidecar::test
