#include "proxy/net/upstream_health.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/address.hpp>

namespace pgsidecar::net {
namespace {

using namespace std::chrono_literals;

endpoint at(std::uint16_t port) { return asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), port); }

constexpr time_point begin{};

TEST(UpstreamHealth, WhatHasNotFailedIsInTurn) {
    upstream_health health;
    health.failed(at(2), begin);
    EXPECT_TRUE(health.in_turn(at(1), begin));
}

TEST(UpstreamHealth, WhatHasFailedIsPutOffForAWhile) {
    upstream_health health;
    health.failed(at(1), begin);
    EXPECT_FALSE(health.in_turn(at(1), begin + upstream_health::put_off_for - 1ms));
    EXPECT_TRUE(health.in_turn(at(1), begin + upstream_health::put_off_for));
}

TEST(UpstreamHealth, OneClientTriesItForAll) {
    upstream_health health;
    health.failed(at(1), begin);
    const time_point later = begin + upstream_health::put_off_for;
    EXPECT_TRUE(health.in_turn(at(1), later));
    EXPECT_FALSE(health.in_turn(at(1), later));
    EXPECT_TRUE(health.in_turn(at(1), later + upstream_health::put_off_for)) << "its client may have left";
}

TEST(UpstreamHealth, IsInTurnAgainWhenItHasAnswered) {
    upstream_health health;
    health.failed(at(1), begin);
    health.answered(at(1));
    EXPECT_TRUE(health.in_turn(at(1), begin));
}

TEST(UpstreamHealth, OnlyAChangeIsNews) {
    upstream_health health;
    EXPECT_FALSE(health.answered(at(1)));
    EXPECT_TRUE(health.failed(at(1), begin));
    EXPECT_FALSE(health.failed(at(1), begin + 1h)) << "however long it lasts";
    EXPECT_TRUE(health.answered(at(1)));
    EXPECT_TRUE(health.failed(at(1), begin));
}

TEST(UpstreamHealth, WhatNobodyTriesIsForgotten) {
    upstream_health health;
    health.failed(at(1), begin);
    health.failed(at(2), begin + upstream_health::forgotten_after + 1ms);
    EXPECT_FALSE(health.answered(at(1)));
    EXPECT_TRUE(health.answered(at(2)));
}

}  // namespace
}  // namespace pgsidecar::net
