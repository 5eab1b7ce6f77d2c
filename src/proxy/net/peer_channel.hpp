#pragma once

#include "proxy/net/byte_stream.hpp"
#include "proxy/net/peer_writer.hpp"
#include "proxy/net/read_buffer.hpp"

namespace pgsidecar::net {

/// One peer: its stream, what has been read of it and not been used, and the writer of what it is sent. Stays
/// where it is made: what waits on the stream refers to it.
struct peer_channel {
    /// Not connected yet.
    peer_channel(const executor& where, buffer_pool& buffers, std::size_t buffer_limit)
        : stream(where), in(buffers, buffer_limit), out(stream) {}
    peer_channel(stream_socket socket, const endpoint& peer, buffer_pool& buffers, std::size_t buffer_limit)
        : stream(std::move(socket), peer), in(buffers, buffer_limit), out(stream) {}

    byte_stream stream;
    read_buffer in;
    peer_writer out;
};

}  // namespace pgsidecar::net
