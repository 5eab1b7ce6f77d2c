#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "protocol/bytes.hpp"
#include "protocol/field_reader.hpp"

namespace pgsidecar {

/// Type byte and length word in front of every message but startup packets.
inline constexpr std::size_t frame_header_size = 5;

/// A message at the start of a buffer, as far as it has come.
///
///     | type | length (4) | body ............................. |
///     |<---------- raw: what is there -------->|  still to come
struct frame {
    char type = 0;
    std::uint32_t length = 0;  ///< as sent: counts itself and the body
    byte_view raw;             ///< header and body, as far as they have come

    std::size_t size() const { return std::size_t{length} + 1; }
    byte_view body() const { return raw.substr(std::min(raw.size(), frame_header_size)); }
    std::size_t body_size() const { return length - 4; }
    bool whole() const { return raw.size() == size(); }
    bool valid() const { return length >= 4 && length <= INT32_MAX; }  // Int32: it has a sign
};

/// The message at the start of `in`; nothing while its header is not there.
inline std::optional<frame> peek_frame(byte_view in) {
    if (in.size() < frame_header_size) return std::nullopt;
    frame f;
    f.type = in[0];
    f.length = field_reader(in.substr(1)).u32();
    f.raw = in.substr(0, std::min(in.size(), f.size()));
    return f;
}

}  // namespace pgsidecar
