#pragma once

#include <sys/uio.h>

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "proxy/net/asio.hpp"
#include "proxy/net/tls_channel.hpp"

namespace pgsidecar::net {

/// One peer's connection, TCP or Unix socket, encrypted or not.
class byte_stream {
    auto cancellable(error_code& ec) {
        return asio::bind_cancellation_slot(read_cancelled_.slot(), into(ec));
    }

public:
    explicit byte_stream(const executor& where) : socket_(where) {}
    explicit byte_stream(stream_socket socket) : socket_(std::move(socket)) {}

    /// Another connection, not encrypted.
    void assign(stream_socket socket) {
        tls_.reset();
        socket_ = std::move(socket);
    }

    /// Encrypts what follows; nothing may be read or written meanwhile. The outcome is empty, or what failed.
    awaitable<std::string> accept_tls(const tls_context& context);
    awaitable<std::string> connect_tls(const tls_context& context, const peer_name& upstream);

    /// Nothing if the stream is not encrypted.
    const tls_channel* tls() const { return tls_.get(); }

    awaitable<std::size_t> read_some(std::span<char> room, error_code& ec) {
        if (tls_) return read_encrypted(room, ec);
        return socket_.async_read_some(asio::buffer(room.data(), room.size()), cancellable(ec));
    }

    /// Ends a read_some() that is being waited for.
    void cancel_read() { read_cancelled_.emit(asio::cancellation_type::terminal); }

    /// The first byte that the peer sends, which stays to be read; nothing if it sends none.
    awaitable<std::optional<unsigned char>> peek();

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
    awaitable<std::string> handshake();
    awaitable<std::size_t> read_encrypted(std::span<char> room, error_code& ec);
    awaitable<> wait(tls_channel::wait until, error_code& ec);

    stream_socket socket_;
    asio::cancellation_signal read_cancelled_;
    std::unique_ptr<tls_channel> tls_;  // uses the socket's descriptor, so it ends with it
};

}  // namespace pgsidecar::net
