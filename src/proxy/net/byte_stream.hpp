#pragma once

#include <sys/uio.h>

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "proxy/net/arrival_wait.hpp"
#include "proxy/net/endpoints.hpp"
#include "proxy/net/read_buffer.hpp"
#include "proxy/net/tls_channel.hpp"

namespace pgsidecar::net {

/// One peer's connection, TCP or Unix socket, encrypted or not.
class byte_stream : private arrival_reader {
    auto cancellable(error_code& ec) {
        return asio::bind_cancellation_slot(read_cancelled_.slot(), into(ec));
    }

public:
    explicit byte_stream(const executor& where) : socket_(where) {}
    byte_stream(stream_socket socket, const endpoint& peer)
        : socket_(std::move(socket)), is_unix_(family_of(peer) == AF_UNIX) {}

    /// Another connection, not encrypted.
    void assign(stream_socket socket, const endpoint& peer) {
        tls_.reset();
        socket_ = std::move(socket);
        is_unix_ = family_of(peer) == AF_UNIX;
        more_is_there_ = false;
    }

    /// Encrypts what follows; nothing may be read or written meanwhile. The outcome is empty, or what failed.
    awaitable<std::string> accept_tls(const tls_context& context);
    awaitable<std::string> connect_tls(const tls_context& context, const peer_name& upstream);

    /// Nothing if the stream is not encrypted.
    const tls_channel* tls() const { return tls_.get(); }

    /// Adds what has arrived to `in`, and returns how much that is; nothing without an error: message_size
    /// when the buffer has reached its limit.
    awaitable<std::size_t> read(read_buffer& in, error_code& ec);

    /// The same in steps, for one that waits long and often: read() would keep a frame of its own meanwhile.
    ///
    ///     if (!begin_read(in)) co_await arrived();
    ///     if (must_write()) co_await go_on_reading();
    ///     end_read(ec);
    bool begin_read(read_buffer& in);
    auto arrived() { return arrival_.read(); }
    bool must_write() const { return reading_.waits && reading_.until_writable && !arrival_.what_failed(); }
    awaitable<> go_on_reading();
    std::size_t end_read(error_code& ec) const;

    /// The same without waiting, while no other read goes on: try_again when nothing has come.
    std::size_t read_now(read_buffer& in, error_code& ec);

    /// The peer has closed or reset the connection; what it sent before may still be unread.
    bool peer_has_hung_up();

    /// No more than there is room for, before anything is encrypted.
    awaitable<std::size_t> read_some(std::span<char> room, error_code& ec) {
        return socket_.async_read_some(asio::buffer(room.data(), room.size()), cancellable(ec));
    }

    /// Ends a read that is being waited for.
    void cancel_read() {
        arrival_.cancel();
        read_cancelled_.emit(asio::cancellation_type::terminal);
    }

    /// The first byte that the peer sends, which stays to be read; nothing if it sends none.
    awaitable<std::optional<unsigned char>> peek();

    /// Writes what the socket takes now; try_again when that is nothing.
    std::size_t write_now(std::span<const iovec> pieces, error_code& ec);

    /// Calls `handler(error_code)` when write_now() may be tried again or the stream is closed.
    template <class Handler>
    void when_writable(Handler&& handler) {
        socket_.async_wait(stream_socket::wait_write, std::forward<Handler>(handler));
    }

    bool is_unix() const { return is_unix_; }
    stream_socket& socket() { return socket_; }
    executor get_executor() { return socket_.get_executor(); }

    /// The peer reads the end of the stream behind what has been written.
    void shutdown_send();

    /// Ends whatever is being waited for.
    void close();

private:
    /// The read that is going on.
    struct reading {
        read_buffer* into = nullptr;
        std::size_t bytes = 0;
        bool waits = false;
        bool until_writable = false;  // TLS has to send something first
        error_code ec;
    };

    bool read_at_once();
    arrival try_to_read(bool last) override;
    arrival read_plain(std::span<char> room, bool last);
    arrival read_encrypted(std::span<char> room);
    awaitable<std::string> handshake();
    awaitable<> wait(tls_channel::wait until, error_code& ec);

    stream_socket socket_;
    bool is_unix_ = false;
    arrival_wait arrival_{socket_, *this};
    reading reading_;
    unsigned reads_in_a_row_ = 0;  // that did not wait
    bool more_is_there_ = false;
    asio::cancellation_signal read_cancelled_;
    std::unique_ptr<tls_channel> tls_;  // uses the socket's descriptor, so it ends with it
};

}  // namespace pgsidecar::net
