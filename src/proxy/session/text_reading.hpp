#pragma once

#include <algorithm>
#include <cstddef>

#include "protocol/bytes.hpp"
#include "protocol/utf8.hpp"
#include "proxy/sql/sql_reading.hpp"

namespace pgsidecar {

/// How the client's texts are read: by client_encoding and standard_conforming_strings, as the server has
/// reported them.
class text_reading {
public:
    void reports(byte_view parameter, byte_view value) {
        if (parameter == "standard_conforming_strings") sql_.backslash_escapes = value == "off";
        if (parameter != "client_encoding") return;
        utf8_ = value == "UTF8";
        sql_.character_pairs = sql_reading::pairs_of(value);
    }

    const sql_reading& sql() const { return sql_; }

    /// Whether PostgreSQL would take the bytes as a string; encodings other than UTF-8 are left to it.
    bool is_legal(byte_view text) const { return !utf8_ || is_valid_utf8(text); }

    /// Encodings with several bytes to a character other than UTF-8 are counted in bytes.
    std::size_t characters_of(byte_view text) const {
        if (!utf8_) return text.size();
        return static_cast<std::size_t>(std::ranges::count_if(
            text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
    }

private:
    sql_reading sql_;
    bool utf8_ = false;
};

}  // namespace pgsidecar
