#include "proxy/net/socket_options.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <limits>
#include <thread>
#include <vector>

#include "proxy/net/asio.hpp"

namespace pgsidecar::net {
namespace {

using asio::ip::tcp;

int option(tcp::socket& socket, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(socket.native_handle(), level, name, &value, &size), 0);
    return value;
}

/// A client that a listening socket with these options accepts.
class Accepted : public testing::Test {
protected:
    tcp::socket accept_with(const config::keepalive_settings& keepalive) {
        set_options(acceptor_.native_handle(), keepalive);
        peer_.connect(acceptor_.local_endpoint());
        return acceptor_.accept();
    }

    asio::io_context io_{1};
    tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
    tcp::socket peer_{io_};
};

TEST_F(Accepted, HasWhatTheListeningSocketHas) {
    tcp::socket client = accept_with({.enabled = true,
                                      .idle = std::chrono::seconds(71),
                                      .interval = std::chrono::seconds(13),
                                      .count = 7});
    EXPECT_EQ(option(client, IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(option(client, IPPROTO_TCP, TCP_INQ), 1);
    EXPECT_EQ(option(client, SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option(client, IPPROTO_TCP, TCP_KEEPIDLE), 71);
    EXPECT_EQ(option(client, IPPROTO_TCP, TCP_KEEPINTVL), 13);
    EXPECT_EQ(option(client, IPPROTO_TCP, TCP_KEEPCNT), 7);
    EXPECT_EQ(option(client, IPPROTO_TCP, TCP_USER_TIMEOUT), 1000 * (71 + 7 * 13));
}

TEST_F(Accepted, HasTheUserTimeoutThatIsSet) {
    tcp::socket client = accept_with({.user_timeout = std::chrono::milliseconds(1234)});
    EXPECT_EQ(option(client, IPPROTO_TCP, TCP_USER_TIMEOUT), 1234);
}

TEST_F(Accepted, HasNoUserTimeoutWithoutKeepalive) {
    tcp::socket client = accept_with({.enabled = false});
    EXPECT_EQ(option(client, IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
}

TEST_F(Accepted, HasTheLongestUserTimeoutThatTheKernelTakes) {
    constexpr std::chrono::seconds longest(32767);
    tcp::socket client = accept_with({.idle = longest, .interval = longest, .count = 127});
    EXPECT_EQ(option(client, IPPROTO_TCP, TCP_USER_TIMEOUT), std::numeric_limits<int>::max());
}

TEST_F(Accepted, HasNoUserTimeoutWhileItsPeerOnlyDoesNotRead) {
    const config::keepalive_settings keepalive{.user_timeout = std::chrono::milliseconds(1234)};
    tcp::socket client = accept_with(keepalive);
    const auto becomes = [&](int wanted, const auto& meanwhile) {
        for (int i = 0; i < 1000 && option(client, IPPROTO_TCP, TCP_USER_TIMEOUT) != wanted; ++i) {
            meanwhile();
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            spare_slow_reader(client.native_handle(), keepalive);
        }
        return option(client, IPPROTO_TCP, TCP_USER_TIMEOUT) == wanted;
    };
    std::vector<char> bytes(1 << 20);
    error_code ec;
    spare_slow_reader(client.native_handle(), keepalive);
    EXPECT_EQ(option(client, IPPROTO_TCP, TCP_USER_TIMEOUT), 1234);
    client.non_blocking(true);
    peer_.non_blocking(true);
    EXPECT_TRUE(becomes(0, [&] {
        while (!ec) client.write_some(asio::buffer(bytes), ec);
        ec.clear();
    }));
    EXPECT_TRUE(becomes(1234, [&] {
        while (!ec) peer_.read_some(asio::buffer(bytes), ec);
        ec.clear();
    }));
}

TEST(Connected, HasTheSame) {
    asio::io_context io{1};
    tcp::socket socket(io, tcp::v4());
    set_options(socket.native_handle(), {});
    EXPECT_EQ(option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT), 1000 * (60 + 4 * 15));
}

TEST_F(Accepted, HasNoKeepaliveOnceThatIsSwitchedOff) {
    set_options(acceptor_.native_handle(), {.enabled = true});
    tcp::socket client = accept_with({.enabled = false});
    EXPECT_EQ(option(client, SOL_SOCKET, SO_KEEPALIVE), 0);
}

}  // namespace
}  // namespace pgsidecar::net
