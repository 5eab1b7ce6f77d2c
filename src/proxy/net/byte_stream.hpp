#pragma once

#include <sys/uio.h>

#include <span>

#include "proxy/net/asio.hpp"

namespace pgsidecar::net {

/// One peer's connection, TCP or Unix socket.
class byte_stream {
public:
    explicit byte_stream(const executor& where) : socket_(where) {}
    explicit byte_stream(stream_socket socket) : socket_(std::move(socket)) {}

    void assign(stream_socket socket) { socket_ = std::move(socket); }

    awaitable<std::size_t> read_some(std::span<char> room, error_code& ec) {
        return socket_.async_read_some(asio::buffer(room.data(), room.size()),
                                       asio::bind_cancellation_slot(read_cancelled_.slot(), into(ec)));
    }

    /// Ends a read_some() that is being waited for.
    void cancel_read() { read_cancelled_.emit(asio::cancellation_type::terminal); }

    /// Writes what the socket takes now; try_again when that is nothing.
    std::size_t write_now(std::span<const iovec> pieces, error_code& ec);

    /// Calls `handler(error_code)` when write_now() may be tried again or the stream is closed.
    template <class Handler>
    void when_writable(Handler&& handler) {
        socket_.async_wait(stream_socket::wait_write, std::forward<Handler>(handler));
    }

    stream_socket& socket() { return socket_; }
    executor get_executor() { return socket_.get_executor(); }

    /// The peer reads the end of the stream behind what has been written.
    void shutdown_send();

    /// Ends whatever is being waited for.
    void close();

private:
    stream_socket socket_;
    asio::cancellation_signal read_cancelled_;
};

}  // namespace pgsidecar::net
