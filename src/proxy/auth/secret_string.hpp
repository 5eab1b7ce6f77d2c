#pragma once

#include <string>
#include <vector>

#include "protocol/bytes.hpp"

namespace pgsidecar::auth {

/// Wipes bytes in a way that the compiler does not leave out.
void wipe(void* at, std::size_t size);
void wipe(std::string& text);

/// Without telling by its time where the first difference is; the sizes are no secret.
bool equal_in_constant_time(byte_view a, byte_view b);

/// A password, key or message with one, wiped when it is let go. No stream and no formatter takes it: only
/// reveal() shows it.
class secret_string {
public:
    secret_string() = default;
    explicit secret_string(byte_view text) : text_(text.begin(), text.end()) {}
    secret_string(const secret_string&) = default;
    secret_string(secret_string&&) noexcept = default;
    secret_string& operator=(secret_string other) noexcept {
        text_.swap(other.text_);
        return *this;
    }
    ~secret_string() { wipe(text_.data(), text_.size()); }

    byte_view reveal() const { return {text_.data(), text_.size()}; }
    bool empty() const { return text_.empty(); }

    bool operator==(const secret_string& other) const {
        return equal_in_constant_time(reveal(), other.reveal());
    }

private:
    std::vector<char>
        text_;  // not a string, which keeps short ones in itself and leaves them behind when moved
};

}  // namespace pgsidecar::auth
