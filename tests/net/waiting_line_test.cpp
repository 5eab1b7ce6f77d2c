#include "proxy/net/waiting_line.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <vector>

namespace pgsidecar::net {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class WaitingLine : public testing::Test {
protected:
    std::unique_ptr<place_in_line> take(int number, waiting_line::limits by = {.most = 2}) {
        return std::make_unique<place_in_line>(
            line, by, [this, number] { gone.push_back(number); }, now);
    }

    waiting_line line;
    time_point now{1h};
    std::vector<int> gone;
};

TEST_F(WaitingLine, TheLongestWaitingMakesRoom) {
    const auto one = take(1), two = take(2);
    EXPECT_THAT(gone, IsEmpty());
    const auto three = take(3);
    EXPECT_THAT(gone, ElementsAre(1));
    const auto four = take(4);
    EXPECT_THAT(gone, ElementsAre(1, 2));
}

TEST_F(WaitingLine, WhoeverHasLeftIsNotCounted) {
    auto one = take(1);
    const auto two = take(2);
    one.reset();
    const auto three = take(3);
    EXPECT_THAT(gone, IsEmpty());
    const auto four = take(4);
    EXPECT_THAT(gone, ElementsAre(2));
}

TEST_F(WaitingLine, WhoeverHasMadeRoomMayLeaveAtAnyTime) {
    auto one = take(1);
    const auto two = take(2), three = take(3);
    one.reset();
    const auto four = take(4);
    EXPECT_THAT(gone, ElementsAre(1, 2));
}

TEST_F(WaitingLine, ALowerLimitHoldsFromTheNextOneOn) {
    const auto one = take(1, {.most = 3}), two = take(2, {.most = 3}), three = take(3, {.most = 3});
    const auto four = take(4, {.most = 1});
    EXPECT_THAT(gone, ElementsAre(1, 2, 3));
}

TEST_F(WaitingLine, WhoeverHasSettledStaysAndCounts) {
    auto one = take(1);
    const auto two = take(2);
    EXPECT_TRUE(one->settle());
    const auto three = take(3);
    EXPECT_THAT(gone, ElementsAre(2));
    EXPECT_FALSE(two->settle()) << "too late";
    EXPECT_TRUE(three->settle());
    const auto four = take(4);
    EXPECT_THAT(gone, ElementsAre(2, 4)) << "nobody else can make room";
    one.reset();
    const auto five = take(5);
    EXPECT_THAT(gone, ElementsAre(2, 4));
}

TEST_F(WaitingLine, NobodyMakesRoomBeforeItsPatienceIsOver) {
    const waiting_line::limits patient{.most = 2, .patience = 10s};
    const auto one = take(1, patient), two = take(2, patient);
    EXPECT_FALSE(two->is_crowded());
    now += 9s;
    const auto three = take(3, patient), four = take(4, patient);
    EXPECT_TRUE(three->is_crowded());
    EXPECT_THAT(gone, IsEmpty());
    now += 1s;
    line.make_room(patient, now);
    EXPECT_THAT(gone, ElementsAre(1, 2)) << "as many as there are too many";
    now += 9s;
    line.make_room(patient, now);
    EXPECT_THAT(gone, ElementsAre(1, 2));
}

TEST_F(WaitingLine, PatienceHasALimitOfItsOwn) {
    const waiting_line::limits patient{.most = 1, .patience = 10s, .most_of_all = 3};
    const auto one = take(1, patient), two = take(2, patient), three = take(3, patient);
    EXPECT_THAT(gone, IsEmpty());
    const auto four = take(4, patient);
    EXPECT_THAT(gone, ElementsAre(1)) << "back to that limit, not to the other";
}

}  // namespace
}  // namespace pgsidecar::net
