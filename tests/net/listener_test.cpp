#include "proxy/net/listener.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <list>

namespace pgsidecar::net {
namespace {

using asio::ip::tcp;

const tcp::endpoint here(asio::ip::address_v4::loopback(), 0);
const tcp::endpoint elsewhere(asio::ip::make_address_v4("192.0.2.1"), 0);  // of nobody: RFC 5737
const auto name = config::address::tcp("a.test", 1);

TEST(ListenOn, LeavesOutWhatCannotBeHad) {
    asio::io_context io{1};
    EXPECT_EQ(listen_on(io, name, {elsewhere, here}).size(), 1U);
    EXPECT_EQ(listen_on(io, name, {here, elsewhere, here}).size(), 2U);
}

TEST(ListenOn, FailsIfNothingCanBeHad) {
    asio::io_context io{1};
    EXPECT_THROW(listen_on(io, name, {elsewhere, elsewhere}), boost::system::system_error);
    EXPECT_THROW(listen_on(io, config::address::tcp("192.0.2.1", 1)), std::runtime_error);
}

/// Clients that have connected to a listener that has not had its turn.
class Waiting : public testing::Test {
protected:
    void come(std::uint16_t port) {
        for (unsigned i = 0; i < 10; ++i) clients_.emplace_back(io_).connect({here.address(), port});
    }

    listener::choose_taker counting() {
        return [this] {
            return listener::taker{io_.get_executor(), [this](stream_socket client, const endpoint&) {
                                       ++taken_;
                                       served_.push_back(std::move(client));
                                   }};
        };
    }

    asio::io_context io_{1};
    std::list<tcp::socket> clients_;
    std::list<stream_socket> served_;
    unsigned taken_ = 0;
};

TEST_F(Waiting, AreTakenBeforeItStops) {
    listener tested(io_.get_executor(), here);
    tested.start(counting());
    const std::uint16_t port = tested.port();
    come(port);
    tested.take_all_and_stop();
    EXPECT_EQ(taken_, 10U);
    tcp::socket late(io_);
    error_code ec;
    late.connect({here.address(), port}, ec);
    EXPECT_EQ(ec, asio::error::connection_refused);
    io_.poll();
    EXPECT_EQ(taken_, 10U);
}

TEST_F(Waiting, AreLeftToASuccessorThatHasTheSocket) {
    tcp::acceptor systemds(io_, here);
    {
        listener tested(io_.get_executor(), ::dup(systemds.native_handle()));
        tested.start(counting());
        come(systemds.local_endpoint().port());
        tested.take_all_and_stop();
    }
    EXPECT_EQ(taken_, 0U);
    systemds.non_blocking(true);
    for (unsigned i = 0; i < 10; ++i) EXPECT_NO_THROW(systemds.accept());
}

}  // namespace
}  // namespace pgsidecar::net
