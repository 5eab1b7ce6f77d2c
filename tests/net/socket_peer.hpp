#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string_view>

#include "proxy/net/asio.hpp"

namespace pgsidecar::net {

/// The other end of a Unix socket that the program holds.
class socket_peer {
public:
    explicit socket_peer(asio::io_context& io) : ours_(io.get_executor()) {
        int both[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, both), 0);
        ours_.assign(stream_protocol(AF_UNIX, 0), both[0]);
        theirs_ = both[1];
    }
    socket_peer(const socket_peer&) = delete;
    socket_peer& operator=(const socket_peer&) = delete;
    ~socket_peer() { close(); }

    /// The program's end.
    stream_socket take() { return std::move(ours_); }

    /// How many bytes the kernel takes.
    std::size_t send(std::string_view bytes) const {
        std::size_t sent = 0;
        for (ssize_t n = 0; sent < bytes.size(); sent += static_cast<std::size_t>(n))
            if ((n = ::send(theirs_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL)) <= 0) break;
        return sent;
    }

    void close() {
        if (theirs_ >= 0) ::close(theirs_);
        theirs_ = -1;
    }

private:
    stream_socket ours_;
    int theirs_ = -1;
};

}  // namespace pgsidecar::net
