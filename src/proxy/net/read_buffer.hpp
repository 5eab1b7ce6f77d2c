#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "protocol/bytes.hpp"
#include "proxy/net/buffer_pool.hpp"

namespace pgsidecar::net {

/// What has been read from a socket and not been used yet, in one piece.
///
///     | used | ... view() ... | room() |
///            begin_           end_     capacity_
///
/// Only room() and give_back() move or free bytes, so views hold until the next read. It gives back what a
/// long message took as soon as the buffer is empty, and offers more to a peer that has just filled it.
class read_buffer {
public:
    /// Enough for a round trip.
    static constexpr std::size_t small_size = buffer_pool::size;
    /// Fewer system calls while a peer sends more than fits. Twice as much costs more than the calls that it
    /// spares: what is read has left the cache before it is written.
    static constexpr std::size_t bulk_size = std::size_t{32} * 1024;

    /// `limit`: bytes that are held at most.
    read_buffer(buffer_pool& pool, std::size_t limit) : pool_(pool), limit_(limit) {}

    byte_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }
    bool is_full() const { return end_ - begin_ >= limit_; }
    std::size_t capacity() const { return capacity_; }
    std::uint64_t bytes_read() const { return bytes_read_; }

    /// Where the next read may write; empty when the limit is reached.
    std::span<char> room();
    void commit(std::size_t n);
    void consume(std::size_t n) { begin_ += n; }
    void clear() { begin_ = end_; }
    /// Holds no memory any more, if it is empty.
    void give_back();

private:
    void resize(std::size_t capacity);

    buffer_pool& pool_;
    std::size_t limit_;
    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t bytes_read_ = 0;
    bool filled_ = false;  // the last read took all of its room
};

}  // namespace pgsidecar::net
