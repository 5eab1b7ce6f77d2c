#include "proxy/check/patience.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>

using namespace pgsidecar::check;
using namespace std::chrono_literals;

namespace {

class Patience : public testing::Test {
protected:
    void SetUp() override { ASSERT_EQ(::pipe(pipe_.data()), 0); }
    void TearDown() override {
        ::close(pipe_[0]);
        ::close(pipe_[1]);
    }

    std::array<int, 2> pipe_{};
};

}  // namespace

TEST_F(Patience, SeesWhatIsThere) {
    const patience waits(1h);
    EXPECT_TRUE(waits.await(pipe_[1], POLLOUT, waits.next()));
}

TEST_F(Patience, EndsWithItsTime) {
    const patience waits(1ms);
    EXPECT_FALSE(waits.await(pipe_[0], POLLIN, waits.next()));
    EXPECT_FALSE(waits.await(pipe_[0], POLLIN, std::chrono::steady_clock::now() - 1s));
}

TEST_F(Patience, EndsWithASignal) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        const patience waits(1h);
        ::kill(::getpid(), number);
        try {
            waits.await(pipe_[0], POLLIN, waits.next());
            ADD_FAILURE();
        } catch (const interrupted& by) { EXPECT_EQ(by.signal, number); }
        EXPECT_TRUE(waits.await(pipe_[1], POLLOUT, waits.next())) << "the signal is used up";
    }
}
