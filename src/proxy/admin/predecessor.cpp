#include "proxy/admin/predecessor.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <string>

#include "proxy/net/listener.hpp"

namespace pgsidecar::admin {

namespace {

using net::awaitable;
using net::error_code;

constexpr std::chrono::seconds patience{1};
constexpr std::string_view request = "GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n";

awaitable<> ask(net::stream_socket& socket, net::endpoint where, std::string& answer) {
    error_code ec;
    co_await socket.async_connect(where, net::into(ec));
    if (!ec) co_await net::asio::async_write(socket, net::asio::buffer(request), net::into(ec));
    if (!ec) co_await net::asio::async_read(socket, net::asio::dynamic_buffer(answer, 4096), net::into(ec));
}

}  // namespace

bool predecessor_drains_at(const config::address& at) {
    net::asio::io_context io(1);
    std::string answer;
    for (const net::endpoint& each : net::endpoints_of(io, at)) {
        net::stream_socket socket(io.get_executor());
        net::asio::co_spawn(io, ask(socket, each, answer), net::asio::detached);
        io.run_for(patience);
        if (answer.find(R"("draining")") != answer.npos) return true;
        error_code ignored;
        socket.close(ignored);
        io.restart();
        io.run();  // nothing is waited for any more
        io.restart();
    }
    return false;
}

}  // namespace pgsidecar::admin
