#include "proxy/net/peer_writer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pgsidecar::net {

namespace {

/// Pieces of one gathered write; the kernel takes 1024 (IOV_MAX), and more than a hundred gain nothing.
constexpr std::size_t pieces_per_write = 128;

/// Pieces of `batch` from number `first` on, as many as there is room for.
std::span<iovec> gather(const out_batch& batch, std::size_t first, std::span<iovec> room) {
    const auto pieces = room.first(std::min(room.size(), batch.piece_count() - first));
    for (iovec& each : pieces) {
        const byte_view bytes = batch.piece_at(first++);
        each = {const_cast<char*>(bytes.data()), bytes.size()};  // sendmsg does not write to it
    }
    return pieces;
}

}  // namespace

void peer_writer::take(out_batch& batch) {
    if (batch.empty()) return;
    if (failed_) return batch.clear();
    ++taken_;
    if (queue_.empty()) {
        at_ = skipped_ = 0;
        if (write(batch)) ++written_;
        if (written_ == taken_) return batch.clear();
        wait();
    }
    queue_.push_back(std::exchange(batch, {}));
}

awaitable<> peer_writer::written() {
    const std::uint64_t target = taken_;
    while (written_ < target) co_await progress_.wait();
}

/// As far as the socket takes it now: whether that is all, or nothing more can be written.
bool peer_writer::write(const out_batch& batch) {
    std::array<iovec, pieces_per_write> room;
    while (at_ < batch.piece_count()) {
        const std::span<iovec> pieces = gather(batch, at_, room);
        pieces[0].iov_base = static_cast<char*>(pieces[0].iov_base) + skipped_;
        pieces[0].iov_len -= skipped_;
        error_code ec;
        advance(peer_.write_now(pieces, ec), pieces);
        if (ec == asio::error::would_block || ec == asio::error::try_again) return false;
        if (ec) failed_ = true;
        if (ec) return true;
    }
    return true;
}

void peer_writer::advance(std::size_t n, std::span<const iovec> pieces) {
    bytes_written_ += n;
    for (const iovec& piece : pieces) {
        if (n < piece.iov_len) {
            skipped_ += n;
            return;
        }
        n -= piece.iov_len;
        skipped_ = 0;
        ++at_;
    }
}

void peer_writer::wait() {
    peer_.when_writable([this](error_code failure) { failure ? fail() : go_on(); });
}

void peer_writer::go_on() {
    while (!queue_.empty()) {
        if (!write(queue_.front())) return wait();
        if (failed_) return fail();
        queue_.erase(queue_.begin());
        at_ = skipped_ = 0;
        ++written_;
        progress_.notify();
    }
    queue_ = std::vector<out_batch>();
}

void peer_writer::fail() {
    failed_ = true;
    queue_ = std::vector<out_batch>();
    written_ = taken_;
    progress_.notify();
}

}  // namespace pgsidecar::net
