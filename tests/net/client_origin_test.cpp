#include "proxy/net/client_origin.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/address.hpp>
#include <string>

#include "proxy/net/endpoints.hpp"

namespace pgsidecar::net {
namespace {

endpoint tcp(const std::string& address, std::uint16_t port) {
    return asio::ip::tcp::endpoint(asio::ip::make_address(address), port);
}

endpoint unix_socket(const std::string& path) { return asio::local::stream_protocol::endpoint(path); }

class ClientOrigin : public testing::Test {
protected:
    client_origin from(const endpoint& peer) { return client_origin(peer); }

    /// As a balancer tells it whose client `of` is.
    void tell(client_origin& to, const client_origin& of) {
        std::string bytes;
        of.compose_header(socket_, bytes);
        const auto read = pgsidecar::read_proxy_header(bytes);
        to.tell(std::get<proxy_header>(read));
    }

    client_origin from(const endpoint& balancer, const endpoint& client) {
        client_origin out = from(balancer);
        tell(out, from(client));
        return out;
    }

private:
    asio::io_context io_;
    stream_socket socket_{io_.get_executor()};
};

TEST_F(ClientOrigin, IsThePeerWhereNobodyTells) {
    EXPECT_EQ(from(tcp("192.0.2.1", 5432)).to_string(), "192.0.2.1:5432");
    EXPECT_EQ(from(tcp("::1", 5432)).to_string(), "[::1]:5432");
    EXPECT_EQ(from(unix_socket("/a/path")).to_string(), "/a/path");
    EXPECT_EQ(from(unix_socket("")).to_string(), "unix");
    EXPECT_FALSE(from(unix_socket("")).is_tcp());
    EXPECT_TRUE(from(tcp("::1", 5432)).is_tcp());
}

TEST_F(ClientOrigin, IsWhatTheBalancerTells) {
    const endpoint balancer = tcp("127.0.0.1", 1);
    EXPECT_EQ(from(balancer, tcp("192.0.2.1", 5432)).to_string(), "192.0.2.1:5432");
    EXPECT_EQ(from(balancer, tcp("2001:db8::1", 5432)).to_string(), "[2001:db8::1]:5432");
    EXPECT_EQ(from(balancer, unix_socket("/a/path")).to_string(), "/a/path");
    EXPECT_EQ(from(balancer, endpoint()).to_string(), "unknown");
}

TEST_F(ClientOrigin, IsTheBalancerWhereThatIsTheClient) {
    client_origin balancer = from(tcp("192.0.2.7", 1));
    balancer.tell({.local = true});
    EXPECT_EQ(balancer.to_string(), "192.0.2.7:1");
}

TEST_F(ClientOrigin, LongestPathOfAHeaderIsCut) {
    client_origin origin = from(tcp("127.0.0.1", 1));
    const std::string path = "/" + std::string(107, 'x');
    origin.tell({.of = proxy_header::family::unix_socket, .source = {.address = path}, .destination = {}});
    EXPECT_EQ(origin.to_string(), path.substr(0, 107));
}

TEST_F(ClientOrigin, IsLocalOnThisMachine) {
    EXPECT_TRUE(from(tcp("127.0.0.1", 1)).is_local());
    EXPECT_TRUE(from(tcp("127.9.9.9", 1)).is_local());
    EXPECT_TRUE(from(tcp("::1", 1)).is_local());
    EXPECT_TRUE(from(unix_socket("")).is_local());
    EXPECT_FALSE(from(tcp("192.0.2.1", 1)).is_local());
    EXPECT_FALSE(from(tcp("::ffff:192.0.2.1", 1)).is_local());
}

TEST_F(ClientOrigin, IsLocalIfClientAndBalancerAre) {
    const endpoint here = tcp("127.0.0.1", 1), elsewhere = tcp("192.0.2.1", 1);
    EXPECT_TRUE(from(here, here).is_local());
    EXPECT_TRUE(from(here, unix_socket("")).is_local());
    EXPECT_FALSE(from(here, elsewhere).is_local());
    EXPECT_FALSE(from(elsewhere, here).is_local()) << "anybody may say so";
    EXPECT_FALSE(from(elsewhere, unix_socket("")).is_local());
    EXPECT_FALSE(from(here, endpoint()).is_local()) << "who knows";
}

}  // namespace
}  // namespace pgsidecar::net
