#include "proxy/net/peer_writer.hpp"

#include <algorithm>
#include <utility>

namespace pgsidecar::net {

namespace {

/// Pieces of one gathered write; the kernel takes 1024 (IOV_MAX), and more than a few hundred gain nothing.
constexpr std::size_t pieces_per_write = 512;
/// Batches whose capacity is kept: more than one waits only while a peer does not read.
constexpr std::size_t spare_limit = 2;
/// What a larger batch has grown to is given back.
constexpr std::size_t spare_size_limit = 64 * 1024;

}  // namespace

void peer_writer::take(out_batch& batch) {
    if (failed_) batch.clear();
    if (batch.empty()) return;
    queue_.push_back(spare_batch());
    std::swap(*queue_.back(), batch);
    ++taken_;
    if (queue_.size() > 1) return;
    begin_front();
    go_on();
}

awaitable<> peer_writer::written() {
    const std::uint64_t target = taken_;
    while (written_ < target) co_await progress_.wait();
}

void peer_writer::begin_front() {
    pieces_.clear();
    at_ = 0;
    queue_.front()->for_each([this](byte_view piece) {
        pieces_.push_back({const_cast<char*>(piece.data()), piece.size()});  // sendmsg does not write to it
    });
}

void peer_writer::go_on() {
    while (!queue_.empty()) {
        error_code ec;
        const std::size_t pieces = std::min(pieces_.size() - at_, pieces_per_write);
        advance(peer_.write_now(std::span(pieces_).subspan(at_, pieces), ec));
        if (ec == asio::error::would_block || ec == asio::error::try_again)
            return peer_.when_writable([this](error_code failure) { failure ? fail() : go_on(); });
        if (ec) return fail();
        if (at_ == pieces_.size()) end_front();
    }
}

void peer_writer::advance(std::size_t n) {
    bytes_written_ += n;
    while (at_ < pieces_.size() && n >= pieces_[at_].iov_len) n -= pieces_[at_++].iov_len;
    if (n == 0) return;
    pieces_[at_].iov_base = static_cast<char*>(pieces_[at_].iov_base) + n;
    pieces_[at_].iov_len -= n;
}

void peer_writer::end_front() {
    ++written_;
    std::unique_ptr<out_batch> batch = std::move(queue_.front());
    queue_.erase(queue_.begin());
    const bool kept = spare_.size() < spare_limit && batch->size() <= spare_size_limit;
    batch->clear();
    if (kept) spare_.push_back(std::move(batch));
    if (!queue_.empty()) begin_front();
    progress_.notify();
}

void peer_writer::fail() {
    failed_ = true;
    queue_.clear();
    written_ = taken_;
    progress_.notify();
}

std::unique_ptr<out_batch> peer_writer::spare_batch() {
    if (spare_.empty()) return std::make_unique<out_batch>();
    auto batch = std::move(spare_.back());
    spare_.pop_back();
    return batch;
}

}  // namespace pgsidecar::net
