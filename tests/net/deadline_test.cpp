#include "proxy/net/deadline.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace pgsidecar::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

class Deadline : public testing::Test {
protected:
    Deadline() { queue_.start(io_.get_executor()); }

    std::unique_ptr<deadline> make(const std::string& name) {
        return std::make_unique<deadline>(queue_, [this, name] { passed_.push_back(name); });
    }

    asio::io_context io_;
    deadline_queue queue_;
    std::vector<std::string> passed_;
};

TEST_F(Deadline, PassesOnceInTheOrderOfTime) {
    const auto late = make("late"), early = make("early");
    late->set_after(milliseconds(3));
    early->set_after(milliseconds(1));
    io_.run();
    EXPECT_THAT(passed_, ElementsAre("early", "late"));
}

TEST_F(Deadline, ManyMayPassAtOnce) {
    const auto now = time_point::clock::now();
    const auto a = make("a"), b = make("b"), c = make("c");
    for (const auto* each : {&a, &b, &c}) (*each)->set_at(now);
    io_.run();
    EXPECT_THAT(passed_, ElementsAre("a", "b", "c"));
}

TEST_F(Deadline, SetAnewItPassesOnlyThen) {
    const auto moved = make("moved"), other = make("other");
    moved->set_after(milliseconds(0));
    moved->set_after(milliseconds(2));
    other->set_after(milliseconds(1));
    io_.run();
    EXPECT_THAT(passed_, ElementsAre("other", "moved"));
}

TEST_F(Deadline, SetByItselfItPassesAgain) {
    std::unique_ptr<deadline> again;
    again = std::make_unique<deadline>(queue_, [&] {
        passed_.emplace_back("again");
        if (passed_.size() < 3) again->set_after(milliseconds(1));
    });
    again->set_after(milliseconds(1));
    io_.run();
    EXPECT_THAT(passed_, ElementsAre("again", "again", "again"));
}

TEST_F(Deadline, GivenUpItDoesNotPassAndKeepsNoLoopBusy) {
    const auto given_up = make("given up");
    auto dead = make("dead");
    given_up->set_after(hours(1));
    dead->set_after(hours(1));
    given_up->give_up();
    dead.reset();
    io_.run();  // would take an hour
    EXPECT_THAT(passed_, IsEmpty());
}

TEST_F(Deadline, OneThatPassesMayEndAnother) {
    auto other = make("other");
    const auto now = time_point::clock::now();
    deadline ends(queue_, [&] { other.reset(); });
    ends.set_at(now);
    other->set_at(now);
    io_.run();
    EXPECT_THAT(passed_, IsEmpty());
}

TEST_F(Deadline, AKeptAlarmOutlivesTheLastDeadlineUntilItIsTold) {
    queue_.keep_alarm(true);
    const auto given_up = make("given up");
    given_up->set_after(hours(1));
    given_up->give_up();
    io_.poll();
    EXPECT_FALSE(io_.stopped());
    queue_.keep_alarm(false);
    io_.run();
    EXPECT_THAT(passed_, IsEmpty());
}

TEST_F(Deadline, AnEarlierOneRingsTheKeptAlarmEarlier) {
    queue_.keep_alarm(true);
    const auto far = make("far"), near = make("near");
    far->set_after(hours(1));
    far->give_up();
    near->set_after(milliseconds(1));
    io_.run();
    EXPECT_THAT(passed_, ElementsAre("near"));
}

TEST_F(Deadline, WhatFailsLeavesTheOthersTheirTurn) {
    deadline fails(queue_, [] { throw std::runtime_error("no"); });
    const auto other = make("other");
    fails.set_after(milliseconds(0));
    other->set_after(milliseconds(1));
    EXPECT_THROW(io_.run(), std::runtime_error);
    io_.run();
    EXPECT_THAT(passed_, ElementsAre("other"));
}

TEST_F(Deadline, BehindTheEndNothingPasses) {
    const auto left = make("left");
    left->set_after(milliseconds(0));
    queue_.stop();
    io_.run();
    EXPECT_THAT(passed_, IsEmpty());
}

}  // namespace
}  // namespace pgsidecar::net
