#pragma once

#include <cstdint>
#include <string>

#include "protocol/bytes.hpp"
#include "protocol/message_types.hpp"

namespace pgsidecar {

/// Appends fields to a buffer in wire order.
class field_writer {
public:
    explicit field_writer(std::string& out) : out_(out) {}

    field_writer& u8(std::uint8_t v) {
        out_.push_back(static_cast<char>(v));
        return *this;
    }
    field_writer& u16(std::uint16_t v) {
        return u8(static_cast<std::uint8_t>(v >> 8)).u8(static_cast<std::uint8_t>(v & 0xff));
    }
    field_writer& u32(std::uint32_t v) {
        return u16(static_cast<std::uint16_t>(v >> 16)).u16(static_cast<std::uint16_t>(v & 0xffff));
    }
    field_writer& bytes(byte_view v) {
        out_.append(v);
        return *this;
    }
    field_writer& cstr(byte_view v) {
        out_.append(v);
        return u8(0);
    }

private:
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
        for (unsigned i = 0; i < 4; ++i)
            out_[length_at_ + i] = static_cast<char>((length >> (24 - 8 * i)) & 0xff);
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
