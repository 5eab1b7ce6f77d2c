#include "proxy/auth/scram_message.hpp"

#include <algorithm>
#include <charconv>

#include "proxy/auth/scram_keys.hpp"

namespace pgsidecar::auth {

byte_view scram_reader::attribute(char name) {
    if (rest_.size() < 2 || rest_[0] != name || rest_[1] != '=') {
        ok_ = false;
        rest_ = {};
        return {};
    }
    const std::size_t comma = std::min(rest_.find(','), rest_.size());
    const byte_view value = rest_.substr(2, comma - 2);
    const bool more = comma < rest_.size();
    rest_.remove_prefix(comma + (more ? 1 : 0));
    if (more && rest_.empty()) ok_ = false;  // nothing behind the comma
    return value;
}

bool is_scram_nonce(byte_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f && c != ','; });
}

std::optional<unsigned> read_scram_iterations(byte_view text) {
    unsigned number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end || number < 1 || number > scram_iteration_limit)
        return std::nullopt;
    return number;
}

}  // namespace pgsidecar::auth
