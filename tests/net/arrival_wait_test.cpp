#include "proxy/net/arrival_wait.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "protocol/bytes.hpp"

namespace pgsidecar::net {
namespace {

/// Both ways of waiting, whichever this build uses.
template <class Wait>
class ArrivalWait : public testing::Test, private arrival_reader {
protected:
    ArrivalWait() {
        std::array<int, 2> both{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()), 0);
        socket_.assign(stream_protocol(AF_UNIX, 0), both[0]);
        peer_ = both[1];
    }
    ~ArrivalWait() override { ::close(peer_); }

    void send(byte_view bytes) { EXPECT_GT(::send(peer_, bytes.data(), bytes.size(), 0), 0); }

    /// A wait begins, and goes on as far as it can.
    void wait() {
        asio::co_spawn(io_, wait_once(), asio::detached);
        run();
    }

    void run() {
        io_.restart();
        io_.poll();
    }

    asio::io_context io_{1};
    stream_socket socket_{io_.get_executor()};
    Wait wait_{socket_, *this};
    int peer_ = -1;
    std::string read_;
    unsigned ended_ = 0;

private:
    arrival try_to_read(bool) override {
        std::array<char, 4> room{};
        const ssize_t n = ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
        if (n < 0) return arrival::nothing;
        read_.append(room.data(), static_cast<std::size_t>(n));
        return arrival::some;
    }

    awaitable<> wait_once() {
        co_await wait_.read();
        ++ended_;
    }
};

using both_ways = testing::Types<arrival_wait, portable_arrival_wait>;
TYPED_TEST_SUITE(ArrivalWait, both_ways);

TYPED_TEST(ArrivalWait, EndsAtOnceIfSomethingIsThere) {
    this->send("abc");
    this->wait();
    EXPECT_EQ(this->read_, "abc");
    EXPECT_EQ(this->ended_, 1U);
}

TYPED_TEST(ArrivalWait, EndsWhenSomethingComes) {
    this->wait();
    EXPECT_EQ(this->ended_, 0U);
    this->send("abc");
    this->run();
    EXPECT_EQ(this->read_, "abc");
    EXPECT_EQ(this->ended_, 1U);
}

TYPED_TEST(ArrivalWait, ComesBackForWhatWasLeft) {
    this->wait();
    this->send("abcdefghij");
    this->run();
    EXPECT_EQ(this->read_, "abcd");
    this->wait();
    this->wait();
    EXPECT_EQ(this->read_, "abcdefghij");
}

TYPED_TEST(ArrivalWait, CanBeCancelledAndBegunAgain) {
    this->wait();
    this->wait_.cancel();
    this->run();
    EXPECT_EQ(this->ended_, 1U);
    EXPECT_EQ(this->wait_.what_failed(), asio::error::operation_aborted);
    this->wait();
    this->send("abc");
    this->run();
    EXPECT_EQ(this->read_, "abc");
    EXPECT_FALSE(this->wait_.what_failed());
}

TYPED_TEST(ArrivalWait, NothingIsCancelledBeforeItBegins) {
    this->wait_.cancel();
    this->wait();
    this->send("abc");
    this->run();
    EXPECT_EQ(this->read_, "abc");
}

TYPED_TEST(ArrivalWait, EndsWithItsSocket) {
    this->wait();
    this->socket_.close();
    this->run();
    EXPECT_EQ(this->ended_, 1U);
    EXPECT_EQ(this->wait_.what_failed(), asio::error::operation_aborted);
}

TYPED_TEST(ArrivalWait, EndsWithItsEventLoop) { this->wait(); }

}  // namespace
}  // namespace pgsidecar::net
