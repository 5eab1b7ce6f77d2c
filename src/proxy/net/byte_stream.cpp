#include "proxy/net/byte_stream.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace pgsidecar::net {

awaitable<std::string> byte_stream::accept_tls(const tls_context& context) {
    tls_ = std::make_unique<tls_channel>(context, socket_.native_handle());
    return handshake();
}

awaitable<std::string> byte_stream::connect_tls(const tls_context& context, const peer_name& upstream) {
    tls_ = std::make_unique<tls_channel>(context, socket_.native_handle(), upstream);
    return handshake();
}

awaitable<std::string> byte_stream::handshake() {
    error_code ec;
    socket_.native_non_blocking(true, ec);
    while (!ec && tls_) {
        const tls_channel::step step = tls_->handshake();
        if (step.ec) co_return tls_->failure(step.ec);
        if (step.until == tls_channel::wait::nothing) co_return std::string();
        co_await wait(step.until, ec);
    }
    co_return ec ? ec.message() : "the connection was closed";
}

awaitable<std::size_t> byte_stream::read_encrypted(std::span<char> room, error_code& ec) {
    while (tls_) {
        const tls_channel::step step = tls_->read(room);
        ec = step.ec;
        if (step.until == tls_channel::wait::nothing) co_return step.bytes;
        co_await wait(step.until, ec);
        if (ec) co_return 0;
    }
    ec = asio::error::operation_aborted;
    co_return 0;
}

awaitable<> byte_stream::wait(tls_channel::wait until, error_code& ec) {
    const auto what =
        until == tls_channel::wait::readable ? stream_socket::wait_read : stream_socket::wait_write;
    return socket_.async_wait(what, cancellable(ec));
}

awaitable<std::optional<unsigned char>> byte_stream::peek() {
    error_code ec;
    co_await wait(tls_channel::wait::readable, ec);
    unsigned char first = 0;
    if (ec || ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT) != 1)
        co_return std::nullopt;
    co_return first;
}

std::size_t byte_stream::write_now(std::span<const iovec> pieces, error_code& ec) {
    if (tls_) {
        const tls_channel::step step = tls_->write(pieces);
        ec = step.ec;
        if (step.until == tls_channel::wait::writable) ec = asio::error::try_again;
        if (step.until == tls_channel::wait::readable) ec = asio::error::not_connected;  // in the handshake
        return step.bytes;
    }
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());  // sendmsg does not write to it
    message.msg_iovlen = pieces.size();
    for (;;) {
        const ssize_t n = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno == EINTR) continue;
        ec.assign(errno, boost::system::system_category());
        return 0;
    }
}

void byte_stream::shutdown_send() {
    if (tls_) tls_->close_notify();
    error_code ignored;
    socket_.shutdown(stream_socket::shutdown_send, ignored);
}

void byte_stream::close() {
    tls_.reset();
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace pgsidecar::net
