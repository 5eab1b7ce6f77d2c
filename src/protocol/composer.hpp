#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "protocol/bytes.hpp"
#include "protocol/message_types.hpp"

namespace pgsidecar {

/// Writes the `Width` last bytes of `v` in network order.
template <std::size_t Width>
void put_integer(char* at, std::uint32_t v) {
    for (std::size_t i = 0; i < Width; ++i) at[i] = static_cast<char>(v >> (8 * (Width - 1 - i)) & 0xff);
}

/// Appends fields to a buffer in wire order.
class field_writer {
public:
    explicit field_writer(std::string& out) : out_(out) {}

    field_writer& u8(std::uint8_t v) {
        out_.push_back(static_cast<char>(v));
        return *this;
    }
    field_writer& u16(std::uint16_t v) { return integer<2>(v); }
    field_writer& u32(std::uint32_t v) { return integer<4>(v); }
    field_writer& bytes(byte_view v) {
        out_.append(v);
        return *this;
    }
    field_writer& cstr(byte_view v) {
        out_.append(v);
        return u8(0);
    }

private:
    template <std::size_t Width>
    field_writer& integer(std::uint32_t v) {
        std::array<char, Width> bytes;
        put_integer<Width>(bytes.data(), v);
        out_.append(bytes.data(), Width);
        return *this;
    }

    std::string& out_;
};

/// Appends one message: the type at the start, the length when it goes out of scope.
class message_writer : public field_writer {
public:
    message_writer(std::string& out, frontend type) : message_writer(out, static_cast<char>(type)) {}
    message_writer(std::string& out, backend type) : message_writer(out, static_cast<char>(type)) {}
    message_writer(const message_writer&) = delete;
    message_writer& operator=(const message_writer&) = delete;
    ~message_writer() {
        const auto length = static_cast<std::uint32_t>(out_.size() - length_at_);
        put_integer<4>(out_.data() + length_at_, length);
    }

private:
    message_writer(std::string& out, char type) : field_writer(out), out_(out) {
        out_.push_back(type);
        length_at_ = out_.size();
        out_.append(4, '\0');
    }

    std::string& out_;
    std::size_t length_at_ = 0;
};

}  // namespace pgsidecar
