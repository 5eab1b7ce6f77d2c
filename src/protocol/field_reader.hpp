#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/bytes.hpp"

namespace pgsidecar {

/// Reads the fields of a message body in wire order. A failure sticks: read all, ask ok() once.
/// After a failure every read gives zero or an empty view.
class field_reader {
public:
    explicit field_reader(byte_view body) : rest_(body) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(integer<1>()); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(integer<2>()); }
    std::uint32_t u32() { return integer<4>(); }

    byte_view bytes(std::size_t n) {
        if (n > rest_.size()) return fail();
        const byte_view out = rest_.substr(0, n);
        rest_.remove_prefix(n);
        return out;
    }

    /// A string up to its NUL, which is read too.
    byte_view cstr() {
        const std::size_t n = rest_.find('\0');
        if (n == byte_view::npos) return fail();
        const byte_view out = rest_.substr(0, n);
        rest_.remove_prefix(n + 1);
        return out;
    }

    byte_view rest() const { return rest_; }
    bool ok() const { return ok_; }
    bool at_end() const { return ok_ && rest_.empty(); }

private:
    byte_view fail() {
        ok_ = false;
        rest_ = {};
        return {};
    }

    template <std::size_t Width>
    std::uint32_t integer() {
        const byte_view in = bytes(Width);
        if (in.empty()) return 0;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < Width; ++i) value = (value << 8) | static_cast<std::uint8_t>(in[i]);
        return value;
    }

    byte_view rest_;
    bool ok_ = true;
};

}  // namespace pgsidecar
