#include "proxy/net/byte_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <new>

namespace pgsidecar::net {

namespace {

/// One connection that sends without end lets the others of its thread have their turn.
constexpr unsigned most_reads_in_a_row = 16;

struct received {
    std::size_t bytes = 0;
    std::optional<int> left;  ///< behind those, 1 at the end of the stream; nothing if that is not known
    error_code ec;
};

/// What TCP_INQ tells.
std::optional<int> left_behind(msghdr& message) {
    const cmsghdr* const told = CMSG_FIRSTHDR(&message);
    if (!told || told->cmsg_level != IPPROTO_TCP || told->cmsg_type != TCP_CM_INQ) return std::nullopt;
    int bytes = 0;
    std::memcpy(&bytes, CMSG_DATA(told), sizeof bytes);
    return bytes;
}

received receive(int descriptor, std::span<char> room) {
    iovec piece{room.data(), room.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control;
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t n = 0;
    do n = ::recvmsg(descriptor, &message, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0) return {.left = {}, .ec = error_code(errno, boost::system::system_category())};
    if (n == 0) return {.left = {}, .ec = asio::error::eof};
    return {.bytes = static_cast<std::size_t>(n), .left = left_behind(message), .ec = {}};
}

}  // namespace

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
        if (step.until == tls_channel::wait::nothing) {
            more_is_there_ = tls_->has_more();  // read with the end of the handshake
            co_return std::string();
        }
        co_await wait(step.until, ec);
    }
    co_return ec ? ec.message() : "the connection was closed";
}

awaitable<std::size_t> byte_stream::read(read_buffer& in, error_code& ec) {
    if (!begin_read(in)) co_await arrived();
    if (must_write()) co_await go_on_reading();
    co_return end_read(ec);
}

/// Whether it has ended already.
bool byte_stream::begin_read(read_buffer& in) {
    reading_ = {.into = &in, .ec = {}};
    if (in.is_full()) reading_.ec = asio::error::message_size;
    reading_.waits = !reading_.ec && !read_at_once();
    if (reading_.waits) in.give_back();
    return !reading_.waits;
}

awaitable<> byte_stream::go_on_reading() {
    while (must_write()) {
        error_code ec;
        co_await wait(tls_channel::wait::writable, ec);
        if (ec) {
            reading_.ec = ec;
            reading_.until_writable = false;
            co_return;
        }
        co_await arrived();
    }
}

std::size_t byte_stream::end_read(error_code& ec) const {
    ec = reading_.waits ? arrival_.what_failed() : error_code();
    if (!ec) ec = reading_.ec;
    return reading_.bytes;
}

std::size_t byte_stream::read_now(read_buffer& in, error_code& ec) {
    reading_ = {.into = &in, .ec = {}};
    if (in.is_full()) reading_.ec = asio::error::message_size;
    if (!reading_.ec && (try_to_read(true) == arrival::nothing || reading_.until_writable))
        reading_.ec = asio::error::try_again;
    ec = reading_.ec;
    return reading_.bytes;
}

bool byte_stream::peer_has_hung_up() {
    pollfd socket{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&socket, 1, 0) > 0;
}

/// The last read has told that there is more.
bool byte_stream::read_at_once() {
    if (!more_is_there_ || ++reads_in_a_row_ > most_reads_in_a_row) {
        reads_in_a_row_ = 0;
        return false;
    }
    return try_to_read(true) != arrival::nothing;
}

/// Takes room only now, so that a connection that waits holds none.
arrival byte_stream::try_to_read(bool last) try {
    read_buffer& in = *reading_.into;
    reading_.until_writable = false;
    const arrival what = tls_ ? read_encrypted(in.room()) : read_plain(in.room(), last);
    if (what == arrival::nothing)
        in.give_back();
    else
        in.commit(reading_.bytes);
    return what;
} catch (const std::bad_alloc&) {
    reading_.ec = make_error_code(boost::system::errc::not_enough_memory);
    return arrival::some;
}

arrival byte_stream::read_plain(std::span<char> room, bool last) {
    const received got = receive(socket_.native_handle(), room);
    more_is_there_ = got.left.value_or(0) > 0;
    if (got.ec == asio::error::try_again) return arrival::nothing;
    reading_.ec = got.ec;
    reading_.bytes = got.bytes;
    return !got.ec && got.left == 0 && !last ? arrival::all : arrival::some;
}

/// What OpenSSL has left in the socket is not known.
arrival byte_stream::read_encrypted(std::span<char> room) {
    const tls_channel::step step = tls_->read(room);
    if (step.until == tls_channel::wait::readable) return arrival::nothing;
    reading_.until_writable = step.until == tls_channel::wait::writable;
    reading_.ec = step.ec;
    reading_.bytes = step.bytes;
    more_is_there_ = tls_->has_more();
    return arrival::some;
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
