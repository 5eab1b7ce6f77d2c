#include "proxy/net/cancel_turns.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace pgsidecar::net {
namespace {

class CancelTurns : public ::testing::Test {
protected:
    struct request {
        request(cancel_turns& turns, const cancel_key& key) : turn(turns, key, [this] { ++woken; }) {}
        int woken = 0;
        cancel_turn turn;
    };

    bool carries(const request& one) { return !one.turn.waits() && !one.turn.is_served(); }

    const cancel_key key{1, "abcd"}, other_key{2, "abcd"};
    cancel_turns turns;
};

TEST_F(CancelTurns, FirstIsCarriedAtOnce) {
    const request first(turns, key);
    EXPECT_TRUE(carries(first));
    EXPECT_EQ(first.woken, 0);
}

TEST_F(CancelTurns, SessionsDoNotWaitForEachOther) {
    const request first(turns, key), other(turns, other_key);
    EXPECT_TRUE(carries(other));
}

TEST_F(CancelTurns, OneIsCarriedForAllThatHaveWaited) {
    std::optional<request> first(std::in_place, turns, key), second(std::in_place, turns, key);
    const request third(turns, key);
    EXPECT_TRUE(second->turn.waits());
    first.reset();
    EXPECT_TRUE(carries(*second));
    EXPECT_EQ(second->woken, 1);
    EXPECT_TRUE(third.turn.waits()) << "until the second has been answered";
    second.reset();
    EXPECT_TRUE(third.turn.is_served());
    EXPECT_EQ(third.woken, 1);
}

TEST_F(CancelTurns, WhatComesAfterTheSecondLeftIsCarriedItself) {
    std::optional<request> first(std::in_place, turns, key), second(std::in_place, turns, key);
    first.reset();
    const request third(turns, key);
    second.reset();
    EXPECT_TRUE(carries(third));
}

TEST_F(CancelTurns, OneThatGivesUpWaitingIsForgotten) {
    std::optional<request> first(std::in_place, turns, key), second(std::in_place, turns, key);
    const request third(turns, key);
    second.reset();
    EXPECT_EQ(third.woken, 0);
    first.reset();
    EXPECT_TRUE(carries(third));
}

TEST_F(CancelTurns, NothingIsLeftOfThoseThatAreServed) {
    std::optional<request> first(std::in_place, turns, key), second(std::in_place, turns, key),
        third(std::in_place, turns, key);
    first.reset();
    second.reset();
    third.reset();
    const request again(turns, key);
    EXPECT_TRUE(carries(again));
}

}  // namespace
}  // namespace pgsidecar::net
