#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/bytes.hpp"

namespace pgsidecar {

/// What a server tells (ParameterStatus) that decides where a literal or a name ends.
struct sql_reading {
    /// Which bytes above 0x7f are followed by one that may look like a backslash or a letter.
    enum class pairs : std::uint8_t {
        none,  ///< UTF-8, LATIN1, EUC: every byte stands for itself
        all,   ///< BIG5, GBK, UHC, JOHAB, GB18030
        sjis,  ///< but the half-width katakana
    };
    static constexpr std::size_t count = 6;

    bool backslash_escapes = false;  ///< standard_conforming_strings = off
    pairs character_pairs = pairs::none;

    constexpr std::size_t index() const {
        return static_cast<std::size_t>(character_pairs) * 2 + (backslash_escapes ? 1 : 0);
    }
    constexpr bool begins_pair(char c) const {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 || character_pairs == pairs::none) return false;
        return character_pairs == pairs::all || byte < 0xa1 || byte > 0xdf;
    }

    static pairs pairs_of(byte_view client_encoding) {
        if (client_encoding == "SJIS" || client_encoding == "SHIFT_JIS_2004") return pairs::sjis;
        for (const byte_view one : {"BIG5", "GBK", "UHC", "JOHAB", "GB18030"})
            if (client_encoding == one) return pairs::all;
        return pairs::none;
    }
};

}  // namespace pgsidecar
