#include "proxy/net/half_open.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <vector>

namespace pgsidecar::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HalfOpen : public testing::Test {
protected:
    std::unique_ptr<half_open_place> take(int number, std::size_t most = 2) {
        return std::make_unique<half_open_place>(queue_, most, [this, number] { gone.push_back(number); });
    }

    std::vector<int> gone;

private:
    half_open_queue queue_;
};

TEST_F(HalfOpen, TheLongestWaitingMakesRoom) {
    const auto one = take(1), two = take(2);
    EXPECT_THAT(gone, IsEmpty());
    const auto three = take(3);
    EXPECT_THAT(gone, ElementsAre(1));
    const auto four = take(4);
    EXPECT_THAT(gone, ElementsAre(1, 2));
}

TEST_F(HalfOpen, WhoeverHasLeftIsNotCounted) {
    auto one = take(1);
    const auto two = take(2);
    one.reset();
    const auto three = take(3);
    EXPECT_THAT(gone, IsEmpty());
    const auto four = take(4);
    EXPECT_THAT(gone, ElementsAre(2));
}

TEST_F(HalfOpen, WhoeverHasMadeRoomMayLeaveAtAnyTime) {
    auto one = take(1);
    const auto two = take(2), three = take(3);
    one.reset();
    const auto four = take(4);
    EXPECT_THAT(gone, ElementsAre(1, 2));
}

TEST_F(HalfOpen, ALowerLimitHoldsFromTheNextOneOn) {
    const auto one = take(1, 3), two = take(2, 3), three = take(3, 3);
    const auto four = take(4, 1);
    EXPECT_THAT(gone, ElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace pgsidecar::net
