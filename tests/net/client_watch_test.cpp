#include "proxy/net/client_watch.hpp"

#include <gtest/gtest.h>

#include "net/socket_peer.hpp"
#include "support/frontend_builders.hpp"

namespace pgsidecar::net {
namespace {

using test::fe::query;
using test::fe::terminate;
using end = client_watch::end;
using unheard = client_watch::unheard;

/// A client that nobody reads from.
class ClientWatch : public testing::Test {
protected:
    ClientWatch() { deadlines_.start(io_.get_executor()); }

    end look(bool in_session = true) { return watch_.look(in_session).what; }

    asio::io_context io_{1};
    buffer_pool buffers_;
    deadline_queue deadlines_;
    socket_peer peer_{io_};
    peer_channel client_{peer_.take(), asio::local::stream_protocol::endpoint(), buffers_, 4 << 20};
    int looks_ = 0;
    client_watch watch_{client_, deadlines_, [this] { ++looks_; }};
};

TEST_F(ClientWatch, LooksAfterAWhileAndNotWhileTheClientIsRead) {
    EXPECT_EQ(look(), end::open);
    io_.run();
    EXPECT_EQ(looks_, 0);
    watch_.begin(unheard::waits);
    io_.restart();
    io_.run();
    EXPECT_EQ(looks_, 1);
    peer_.close();
    watch_.stop();
    EXPECT_EQ(look(), end::open);
}

TEST_F(ClientWatch, ReadsAheadToTheEndOfOneThatHasClosed) {
    peer_.send(query("select 1"));
    peer_.close();
    watch_.begin(unheard::waits);
    const auto seen = watch_.look(true);
    EXPECT_EQ(seen.what, end::closed);
    EXPECT_EQ(seen.why, asio::error::eof);
    EXPECT_EQ(client_.in.view(), query("select 1"));
    EXPECT_EQ(watch_.known(), end::closed);
}

TEST_F(ClientWatch, SeesATerminateAhead) {
    peer_.send(query("select 1"));
    watch_.begin(unheard::waits);
    EXPECT_EQ(look(), end::open);
    peer_.send(terminate());
    EXPECT_EQ(look(), end::terminated);
    EXPECT_EQ(watch_.known(), end::terminated);
}

TEST_F(ClientWatch, HasNoMessagesToReadBeforeTheSession) {
    peer_.send(terminate());
    watch_.begin(unheard::waits);
    EXPECT_EQ(look(false), end::open);
}

TEST_F(ClientWatch, LeavesAloneWhatIsBeingWritten) {
    peer_.send(query("select 1"));
    watch_.begin(unheard::lent);
    EXPECT_EQ(look(), end::open);
    peer_.close();
    EXPECT_EQ(look(), end::unknown);
    EXPECT_EQ(client_.in.bytes_read(), 0U);
}

TEST_F(ClientWatch, DoesNotReadAFloodToItsEnd) {
    watch_.begin(unheard::waits);
    const std::string flood(1 << 18, 'x');
    std::size_t sent = 0;
    for (int i = 0; i < 40; ++i) {
        sent += peer_.send(flood);
        EXPECT_EQ(look(), end::open);
    }
    EXPECT_LT(client_.in.view().size(), std::size_t{2} << 20);
    EXPECT_LT(client_.in.view().size(), sent);
}

}  // namespace
}  // namespace pgsidecar::net
