#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <span>
#include <vector>

#include "protocol/out_batch.hpp"
#include "proxy/net/byte_stream.hpp"
#include "proxy/net/wakeup.hpp"

namespace pgsidecar::net {

/// The only writer of a socket: batches go out whole and in the order in which they were taken, each with one
/// gathered write as far as the socket takes it.
///
/// A peer that cannot be written to is left to its reader to notice; until then what it would get is dropped.
class peer_writer {
public:
    explicit peer_writer(byte_stream& peer) : peer_(peer) {}
    peer_writer(const peer_writer&) = delete;
    peer_writer& operator=(const peer_writer&) = delete;

    /// Takes what is in the batch, which is empty afterwards, and writes what the socket takes at once.
    void take(out_batch& batch);

    /// Another connection takes the place of one that has nothing to be written any more.
    void start_again() { failed_ = false; }

    /// Everything that was taken has been written or dropped, and no borrowed byte is needed any more.
    bool done() const { return queue_.empty(); }

    /// Resumes when what has been taken up to now is written or dropped.
    awaitable<> written();

    bool failed() const { return failed_; }
    std::uint64_t bytes_written() const { return bytes_written_; }

private:
    bool write(const out_batch& batch);
    void advance(std::size_t n, std::span<const iovec> pieces);
    void wait();
    void go_on();
    void fail();

    byte_stream& peer_;
    std::vector<out_batch> queue_;  // the front one is being written
    std::size_t at_ = 0;            // its first piece that is not written
    std::size_t skipped_ = 0;       // bytes of that one which are
    std::uint64_t taken_ = 0;
    std::uint64_t written_ = 0;
    std::uint64_t bytes_written_ = 0;
    bool failed_ = false;
    wakeup progress_;
};

}  // namespace pgsidecar::net
