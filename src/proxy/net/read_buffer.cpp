#include "proxy/net/read_buffer.hpp"

#include <algorithm>
#include <cstring>

namespace pgsidecar::net {

std::span<char> read_buffer::room() {
    const std::size_t held = end_ - begin_;
    std::size_t wanted = filled_ ? bulk_size : small_size;
    if (held > 0) wanted = std::max(wanted, held > capacity_ / 2 ? 2 * capacity_ : capacity_);
    wanted = std::min(wanted, std::max(limit_, held));
    if (wanted != capacity_ || begin_ > 0) resize(wanted);
    return {bytes_.get() + end_, capacity_ - end_};
}

void read_buffer::commit(std::size_t n) {
    end_ += n;
    bytes_read_ += n;
    filled_ = end_ == capacity_;
}

void read_buffer::give_back() {
    if (!empty() || capacity_ == 0) return;
    if (capacity_ == small_size) pool_.give(std::move(bytes_));
    bytes_.reset();
    capacity_ = begin_ = end_ = 0;
}

void read_buffer::resize(std::size_t capacity) {
    const byte_view held = view();
    if (capacity == capacity_) {
        std::memmove(bytes_.get(), held.data(), held.size());
    } else {
        auto bytes = capacity == small_size ? pool_.take() : std::make_unique_for_overwrite<char[]>(capacity);
        if (!held.empty()) std::memcpy(bytes.get(), held.data(), held.size());
        bytes_ = std::move(bytes);
        capacity_ = capacity;
    }
    end_ = held.size();
    begin_ = 0;
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): the pool gives its buffers, and gets them back

}  // namespace pgsidecar::net
