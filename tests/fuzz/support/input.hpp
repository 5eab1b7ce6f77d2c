#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "protocol/bytes.hpp"

namespace pgsidecar::fuzz {

/// Reads choices off the front of a fuzzer's input; zero and empty when it has run out.
class input {
public:
    input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

    std::uint8_t byte() {
        const byte_view b = bytes(1);
        return b.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(b.front());
    }
    bool flag() { return (byte() & 1) != 0; }
    std::size_t below(std::size_t limit) { return byte() % limit; }

    byte_view bytes(std::size_t n) {
        const byte_view out = rest_.substr(0, n);
        rest_.remove_prefix(out.size());
        return out;
    }
    byte_view last_bytes(std::size_t n) {
        const byte_view out = rest_.substr(rest_.size() - std::min(n, rest_.size()));
        rest_.remove_suffix(out.size());
        return out;
    }
    byte_view all() { return bytes(rest_.size()); }
    bool ends_with(char c) const { return rest_.ends_with(c); }
    bool empty() const { return rest_.empty(); }
    std::size_t size() const { return rest_.size(); }

private:
    byte_view rest_;
};

/// A copy in a heap block of exactly its size, so that reading beyond it is seen.
class heap_block {
public:
    explicit heap_block(byte_view bytes) : size_(bytes.size()), bytes_(new char[bytes.size()]) {
        std::copy(bytes.begin(), bytes.end(), bytes_.get());
    }
    byte_view view() const { return {bytes_.get(), size_}; }

private:
    std::size_t size_;
    std::unique_ptr<char[]> bytes_;
};

inline bool lies_within(byte_view part, byte_view whole) {
    return part.empty() ||
           (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace pgsidecar::fuzz
