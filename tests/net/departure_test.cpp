#include "proxy/net/departure.hpp"

#include <gtest/gtest.h>

namespace pgsidecar::net {
namespace {

using std::chrono::milliseconds;

TEST(Departure, TheFirstReasonCounts) {
    departure d;
    EXPECT_FALSE(d.has_reason());
    d.because(ending::client, "client left");
    d.because(ending::error, "cut off");
    EXPECT_EQ(d.who(), ending::client);
    EXPECT_EQ(d.reason(), "client left");
}

TEST(Departure, AClientThatIsGoneIsNotHeard) {
    departure d;
    EXPECT_TRUE(d.hears_client());
    d.lose_client();
    EXPECT_FALSE(d.hears_client());
    EXPECT_FALSE(d.is_shut_down());
}

TEST(Departure, DrainingEndsWithTheShutdownAndNotTheOtherWayRound) {
    departure d;
    d.drain();
    EXPECT_TRUE(d.drains());
    EXPECT_TRUE(d.hears_client());
    d.shut_down();
    d.drain();
    EXPECT_FALSE(d.drains());
    EXPECT_TRUE(d.is_shut_down());
    EXPECT_FALSE(d.hears_client());
    EXPECT_FALSE(d.client_is_gone());
}

TEST(Departure, GivingUpIsTheEndOfTheClient) {
    departure d;
    EXPECT_FALSE(d.has_begun());
    d.begin(milliseconds(30));
    EXPECT_TRUE(d.has_begun());
    EXPECT_EQ(d.limit(), milliseconds(30));
    EXPECT_TRUE(d.hears_client());
    d.give_up();
    EXPECT_TRUE(d.is_given_up());
    EXPECT_TRUE(d.client_is_gone());
}

}  // namespace
}  // namespace pgsidecar::net
