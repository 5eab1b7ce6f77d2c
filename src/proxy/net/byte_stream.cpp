#include "proxy/net/byte_stream.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace pgsidecar::net {

std::size_t byte_stream::write_now(std::span<const iovec> pieces, error_code& ec) {
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
    error_code ignored;
    socket_.shutdown(stream_socket::shutdown_send, ignored);
}

void byte_stream::close() {
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace pgsidecar::net
