#include "proxy/net/byte_stream.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string>

#include "proxy/net/socket_options.hpp"

namespace pgsidecar::net {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

/// A stream on a TCP connection, read by a coroutine without end, and the peer that sends.
class ByteStream : public testing::Test {
protected:
    ByteStream() {
        tcp::acceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
        peer_.connect(acceptor.local_endpoint());
        stream_socket accepted(io_.get_executor());
        accepted.assign(stream_protocol::endpoint(acceptor.local_endpoint()).protocol(),
                        acceptor.accept().release());
        set_options(accepted.native_handle(), {});
        stream_.assign(std::move(accepted), peer_.local_endpoint());
        asio::co_spawn(io_, read_all(), asio::detached);
    }

    void send(const std::string& bytes) { asio::write(peer_, asio::buffer(bytes)); }

    /// What follows comes to a stream that has waited, and has emptied its socket before.
    void begin_with(const std::string& bytes) {
        run();
        send(bytes);
        ASSERT_TRUE(run_until([&] { return read_ == bytes; }));
        run();
    }

    void run() {
        io_.restart();
        io_.poll();
    }

    template <class Condition>
    bool run_until(Condition condition) {
        const auto limit = std::chrono::steady_clock::now() + 30s;
        io_.restart();
        while (!condition() && std::chrono::steady_clock::now() < limit) io_.run_one_for(10ms), io_.restart();
        return condition();
    }

    bool ends_with(error_code ec) {
        return run_until([&] { return ended_; }) && ec_ == ec;
    }

    asio::io_context io_{1};
    tcp::socket peer_{io_};
    buffer_pool pool_;
    read_buffer in_{pool_, std::size_t{1} << 20};
    byte_stream stream_{io_.get_executor()};
    std::string read_;
    error_code ec_;
    bool ended_ = false;

private:
    awaitable<> read_all() {
        for (;;) {
            co_await stream_.read(in_, ec_);
            read_.append(in_.view());
            in_.clear();
            if (ec_) break;
        }
        ended_ = true;
    }
};

std::string flood(std::size_t size) {
    std::string out;
    for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>(i * 31 >> 3));
    return out;
}

TEST_F(ByteStream, ReadsWhatComesInTurn) {
    begin_with("one");
    send("two");
    ASSERT_TRUE(run_until([&] { return read_ == "onetwo"; }));
    send("three");
    EXPECT_TRUE(run_until([&] { return read_ == "onetwothree"; }));
}

TEST_F(ByteStream, SeesTheEndThatCameWithTheData) {
    begin_with("one");
    send("two");
    peer_.shutdown(tcp::socket::shutdown_send);
    EXPECT_TRUE(ends_with(asio::error::eof));
    EXPECT_EQ(read_, "onetwo");
}

TEST_F(ByteStream, SeesTheResetThatCameWithTheData) {
    begin_with("one");
    send("two");
    peer_.set_option(asio::socket_base::linger(true, 0));
    peer_.close();
    EXPECT_TRUE(ends_with(asio::error::connection_reset));
    EXPECT_EQ(read_, "onetwo");
}

TEST_F(ByteStream, SeesTheEndBehindMoreThanTheBufferHolds) {
    begin_with("one");
    const std::string rest = flood(read_buffer::bulk_size + 1000);
    send(rest);
    peer_.close();
    EXPECT_TRUE(ends_with(asio::error::eof));
    EXPECT_EQ(read_, "one" + rest);
}

TEST_F(ByteStream, SeesTheEndThatCameBeforeItBegan) {
    peer_.close();
    EXPECT_TRUE(ends_with(asio::error::eof));
}

TEST_F(ByteStream, ReadsMoreThanASocketHolds) {
    const std::string sent = flood(8'000'000);
    asio::async_write(peer_, asio::buffer(sent), [](error_code ec, std::size_t) { EXPECT_FALSE(ec); });
    EXPECT_TRUE(run_until([&] { return read_.size() == sent.size(); }));
    EXPECT_EQ(read_, sent);
}

TEST_F(ByteStream, LetsOthersHaveTheirTurnWhileMoreComes) {
    bool others_turn = false;
    const std::string sent = flood(4'000'000);
    asio::async_write(peer_, asio::buffer(sent), [](error_code, std::size_t) {});
    timer other(io_.get_executor());
    other.expires_after(0ms);
    other.async_wait([&](error_code) { others_turn = read_.size() < sent.size(); });
    ASSERT_TRUE(run_until([&] { return read_.size() == sent.size(); }));
    EXPECT_TRUE(others_turn);
}

TEST_F(ByteStream, HoldsNoBufferWhileItWaits) {
    begin_with("one");
    EXPECT_EQ(in_.capacity(), 0U);
}

TEST_F(ByteStream, CancelEndsAReadAndNothingIsLost) {
    begin_with("one");
    stream_.cancel_read();
    EXPECT_TRUE(ends_with(asio::error::operation_aborted));
    send("two");
    error_code ec;
    asio::co_spawn(
        io_, [&]() -> awaitable<> { co_await stream_.read(in_, ec); }, asio::detached);
    EXPECT_TRUE(run_until([&] { return in_.view() == "two"; }));
}

TEST_F(ByteStream, CloseEndsARead) {
    begin_with("one");
    stream_.close();
    EXPECT_TRUE(ends_with(asio::error::operation_aborted));
}

/// Nobody reads in its own turn.
class UnreadByteStream : public ByteStream {
protected:
    UnreadByteStream() {
        run();
        stream_.cancel_read();
        EXPECT_TRUE(ends_with(asio::error::operation_aborted));
    }

    /// Until something has come, or the end.
    std::size_t read_now(error_code& ec) {
        std::size_t n = 0;
        ec = asio::error::try_again;
        EXPECT_TRUE(run_until([&] {
            if (ec == asio::error::try_again) n = stream_.read_now(in_, ec);
            return ec != asio::error::try_again;
        }));
        return n;
    }
};

TEST_F(UnreadByteStream, ReadsWhatIsThereWithoutWaiting) {
    error_code ec;
    EXPECT_EQ(stream_.read_now(in_, ec), 0U);
    EXPECT_EQ(ec, asio::error::try_again);
    send("one");
    EXPECT_EQ(read_now(ec), 3U);
    EXPECT_FALSE(ec);
    peer_.close();
    EXPECT_EQ(read_now(ec), 0U);
    EXPECT_EQ(ec, asio::error::eof);
    EXPECT_EQ(in_.view(), "one");
}

TEST_F(UnreadByteStream, SeesThatThePeerHasHungUpBehindWhatIsUnread) {
    send("one");
    EXPECT_FALSE(stream_.peer_has_hung_up());
    peer_.shutdown(tcp::socket::shutdown_send);
    EXPECT_TRUE(run_until([&] { return stream_.peer_has_hung_up(); }));
    error_code ec;
    EXPECT_EQ(read_now(ec), 3U);
}

TEST_F(UnreadByteStream, SeesThatThePeerHasReset) {
    peer_.set_option(asio::socket_base::linger(true, 0));
    peer_.close();
    EXPECT_TRUE(run_until([&] { return stream_.peer_has_hung_up(); }));
}

TEST_F(UnreadByteStream, WaitsAgainForWhatFollows) {
    error_code ec;
    send("one");
    EXPECT_EQ(read_now(ec), 3U);
    bool ended = false;
    const auto read_on = [&]() -> awaitable<> {
        co_await stream_.read(in_, ec);
        ended = true;
    };
    asio::co_spawn(io_, read_on(), asio::detached);
    run();
    EXPECT_FALSE(ended);
    send("two");
    EXPECT_TRUE(run_until([&] { return ended; }));
    EXPECT_EQ(in_.view(), "onetwo");
}

TEST_F(ByteStream, SaysWhenTheBufferIsFull) {
    begin_with("one");
    stream_.cancel_read();
    ASSERT_TRUE(ends_with(asio::error::operation_aborted));
    read_buffer small(pool_, 3);
    error_code ec;
    send("two and more");
    const auto read_twice = [&]() -> awaitable<> {
        co_await stream_.read(small, ec);
        co_await stream_.read(small, ec);
    };
    asio::co_spawn(io_, read_twice(), asio::detached);
    EXPECT_TRUE(run_until([&] { return ec == asio::error::message_size; }));
    EXPECT_EQ(small.view(), "two");
}

}  // namespace
}  // namespace pgsidecar::net
