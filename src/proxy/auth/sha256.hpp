#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "proxy/auth/secret_string.hpp"

/// What SCRAM-SHA-256 is made of, by OpenSSL's libcrypto. A failure of that, which means no memory, is
/// thrown.
namespace pgsidecar::auth {

inline constexpr std::size_t sha256_size = 32;

/// A hash or a key, wiped when it is let go.
class sha256_value {
public:
    sha256_value() = default;
    sha256_value(const sha256_value&) = default;
    sha256_value& operator=(const sha256_value&) = default;
    ~sha256_value() { wipe(bytes_.data(), bytes_.size()); }

    unsigned char* data() { return bytes_.data(); }
    byte_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

    bool operator==(const sha256_value& other) const { return equal_in_constant_time(view(), other.view()); }

private:
    std::array<unsigned char, sha256_size> bytes_{};
};

sha256_value sha256(byte_view message);
sha256_value hmac_sha256(byte_view key, byte_view message);

/// Hi() of RFC 5802, one block of PBKDF2. Takes about a third of a microsecond for an iteration.
sha256_value pbkdf2_sha256(byte_view password, byte_view salt, unsigned iterations);

sha256_value operator^(const sha256_value& a, const sha256_value& b);

/// Unpredictable.
std::string random_bytes(std::size_t size);

}  // namespace pgsidecar::auth
