#include "proxy/net/peer_writer.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace pgsidecar::net {
namespace {

/// A writer, and the peer that reads what it writes.
class PeerWriter : public testing::Test {
protected:
    PeerWriter() {
        int both[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, both), 0);
        const stream_protocol unix_stream(AF_UNIX, 0);
        stream_.assign(stream_socket(io_.get_executor(), unix_stream, both[0]),
                       asio::local::stream_protocol::endpoint());
        peer_ = both[1];
    }
    ~PeerWriter() override { close_peer(); }

    void close_peer() {
        if (peer_ >= 0) ::close(peer_);
        peer_ = -1;
    }

    void take_owned(byte_view bytes) {
        out_batch batch;
        batch.compose([&](std::string& out) { out.append(bytes); });
        writer_.take(batch);
        EXPECT_TRUE(batch.empty());
    }

    void take_borrowed(byte_view bytes) {
        out_batch batch;
        batch.borrow(bytes);
        writer_.take(batch);
    }

    /// Notes `name` as soon as what has been taken up to now is written.
    void note_when_written(const std::string& name) {
        asio::co_spawn(io_, note(name), asio::detached);
        run();
    }

    /// What the peer gets, with the writer running whenever there is nothing to read.
    std::string read(std::size_t n) {
        std::string out(n, '\0');
        std::size_t at = 0;
        while (at < n) {
            const ssize_t got = ::recv(peer_, out.data() + at, n - at, MSG_DONTWAIT);
            if (got > 0)
                at += static_cast<std::size_t>(got);
            else if (run() == 0)
                break;
        }
        out.resize(at);
        return out;
    }

    std::size_t run() {
        io_.restart();
        return io_.poll();
    }

    asio::io_context io_;
    byte_stream stream_{io_.get_executor()};
    peer_writer writer_{stream_};
    int peer_ = -1;
    std::vector<std::string> written_;

private:
    awaitable<> note(std::string name) {
        co_await writer_.written();
        written_.push_back(name);
    }
};

/// More than a socket takes at once.
std::string flood() {
    std::string out;
    for (std::size_t i = 0; i < 4'000'000; ++i) out.push_back(static_cast<char>(i * 31 >> 3));
    return out;
}

TEST_F(PeerWriter, WritesAtOnceWhatTheSocketTakes) {
    take_owned("hello");
    EXPECT_TRUE(writer_.done());
    EXPECT_EQ(read(5), "hello");
    EXPECT_EQ(writer_.bytes_written(), 5U);
}

TEST_F(PeerWriter, GathersBorrowedAndOwnPiecesInOrder) {
    const std::string source = "one two three";
    out_batch batch;
    batch.borrow(byte_view(source).substr(0, 4));
    batch.compose([](std::string& out) { out.append("2 "); });
    batch.borrow(byte_view(source).substr(8));
    writer_.take(batch);
    EXPECT_EQ(read(11), "one 2 three");
}

TEST_F(PeerWriter, TakesMorePiecesThanOneWriteCanCarry) {
    const std::string source = "ab";
    std::string expected;
    out_batch batch;
    for (int i = 0; i < 5000; ++i) {
        batch.borrow(byte_view(source).substr(0, 1));
        batch.compose([](std::string& out) { out.append("-"); });
        expected += "a-";
    }
    writer_.take(batch);
    EXPECT_EQ(read(expected.size()), expected);
}

TEST_F(PeerWriter, EmptyBatchIsNothing) {
    out_batch batch;
    writer_.take(batch);
    EXPECT_TRUE(writer_.done());
    note_when_written("nothing");
    EXPECT_EQ(written_, std::vector<std::string>{"nothing"});
}

TEST_F(PeerWriter, OrderIsThatOfTakingWhoeverWaits) {
    const std::string first = flood();
    take_borrowed(first);
    EXPECT_FALSE(writer_.done());
    note_when_written("first");
    take_owned("second");
    note_when_written("second");
    take_borrowed("third");
    EXPECT_TRUE(written_.empty()) << "borrowed bytes are needed until they are written";
    EXPECT_EQ(read(first.size() + 11), first + "secondthird");
    run();
    EXPECT_TRUE(writer_.done());
    EXPECT_EQ(written_, (std::vector<std::string>{"first", "second"}));
}

TEST_F(PeerWriter, OwnBytesOutliveTheBatchTheyWereTakenFrom) {
    const std::string first = flood();
    take_borrowed(first);
    {
        out_batch batch;
        batch.compose([](std::string& out) { out.append("short"); });
        writer_.take(batch);
        batch.compose([](std::string& out) { out.append("overwritten?"); });
    }
    EXPECT_EQ(read(first.size() + 5), first + "short");
}

TEST_F(PeerWriter, DropsWhatAPeerThatHasGoneWouldGet) {
    close_peer();
    take_owned("hello");
    EXPECT_TRUE(writer_.failed());
    EXPECT_TRUE(writer_.done());
    take_borrowed("more");
    note_when_written("dropped");
    EXPECT_EQ(written_, std::vector<std::string>{"dropped"});
}

TEST_F(PeerWriter, PeerThatLeavesInTheMiddleWakesAllThatWait) {
    const std::string first = flood();
    take_borrowed(first);
    note_when_written("first");
    take_owned("second");
    note_when_written("second");
    close_peer();
    run();
    EXPECT_TRUE(writer_.done());
    EXPECT_EQ(written_.size(), 2U);
}

TEST_F(PeerWriter, ClosingTheStreamWakesAllThatWait) {
    const std::string first = flood();
    take_borrowed(first);
    note_when_written("first");
    stream_.close();
    run();
    EXPECT_TRUE(writer_.done());
    EXPECT_EQ(written_, std::vector<std::string>{"first"});
}

}  // namespace
}  // namespace pgsidecar::net
