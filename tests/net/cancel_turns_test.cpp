#include "proxy/net/cancel_turns.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace pgsidecar::net {
namespace {

using state = cancel_turn::state;

class CancelTurns : public ::testing::Test {
protected:
    struct request {
        request(cancel_turns& turns, const cancel_key& key) : turn(turns, key, [this] { ++woken; }) {}
        int woken = 0;
        cancel_turn turn;
    };

    const cancel_key key{1, "abcd"}, other_key{2, "abcd"};
    cancel_turns turns;
};

TEST_F(CancelTurns, FirstIsCarriedAtOnce) {
    const request first(turns, key);
    EXPECT_EQ(first.turn.at(), state::carries);
    EXPECT_EQ(first.woken, 0);
}

TEST_F(CancelTurns, SessionsDoNotWaitForEachOther) {
    const request first(turns, key), other(turns, other_key);
    EXPECT_EQ(other.turn.at(), state::carries);
}

TEST_F(CancelTurns, OneIsCarriedForAllThatHaveWaited) {
    std::optional<request> first(std::in_place, turns, key), second(std::in_place, turns, key);
    const request third(turns, key);
    EXPECT_EQ(second->turn.at(), state::waits);
    first.reset();
    EXPECT_EQ(second->turn.at(), state::carries);
    EXPECT_EQ(second->woken, 1);
    EXPECT_EQ(third.turn.at(), state::waits) << "until the second has been answered";
    second.reset();
    EXPECT_EQ(third.turn.at(), state::served);
    EXPECT_EQ(third.woken, 1);
}

TEST_F(CancelTurns, WhatComesAfterTheSecondLeftIsCarriedItself) {
    std::optional<request> first(std::in_place, turns, key), second(std::in_place, turns, key);
    first.reset();
    const request third(turns, key);
    second.reset();
    EXPECT_EQ(third.turn.at(), state::carries);
}

TEST_F(CancelTurns, OneThatGivesUpWaitingIsForgotten) {
    std::optional<request> first(std::in_place, turns, key), second(std::in_place, turns, key);
    const request third(turns, key);
    second.reset();
    EXPECT_EQ(third.woken, 0);
    first.reset();
    EXPECT_EQ(third.turn.at(), state::carries);
}

TEST_F(CancelTurns, NothingIsLeftOfThoseThatAreServed) {
    std::optional<request> first(std::in_place, turns, key), second(std::in_place, turns, key),
        third(std::in_place, turns, key);
    first.reset();
    second.reset();
    third.reset();
    const request again(turns, key);
    EXPECT_EQ(again.turn.at(), state::carries);
}

}  // namespace
}  // namespace pgsidecar::net
