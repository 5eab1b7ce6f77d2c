#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace pgsidecar::net {

/// Buffers of one size for what a thread's connections have just read. There are as many as are in use at
/// once, so that a connection that waits needs none.
class buffer_pool {
public:
    static constexpr std::size_t size = std::size_t{16} * 1024;

    std::unique_ptr<char[]> take() {
        if (spare_.empty()) return std::make_unique_for_overwrite<char[]>(size);
        auto buffer = std::move(spare_.back());
        spare_.pop_back();
        return buffer;
    }

    void give(std::unique_ptr<char[]> buffer) {
        if (spare_.size() < most_spare) spare_.push_back(std::move(buffer));
    }

private:
    static constexpr std::size_t most_spare = 64;

    std::vector<std::unique_ptr<char[]>> spare_;
};

}  // namespace pgsidecar::net
