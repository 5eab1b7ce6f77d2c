#include "proxy/auth/md5_password.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string>

namespace pgsidecar::auth {

namespace {

constexpr byte_view prefix = "md5";
constexpr std::size_t digest_size = 16;

/// "md5" and the digest of both in hexadecimal.
std::optional<secret_string> md5_hash(byte_view text, byte_view salt) {
    static constexpr byte_view digits = "0123456789abcdef";
    std::string input;
    input.reserve(text.size() + salt.size());
    input.append(text).append(salt);
    std::array<unsigned char, digest_size> digest{};
    const bool done = EVP_Digest(input.data(), input.size(), digest.data(), nullptr, EVP_md5(), nullptr) == 1;
    wipe(input);
    if (!done) return std::nullopt;
    std::array<char, prefix.size() + 2 * digest_size> out{'m', 'd', '5'};
    for (std::size_t i = 0; i < digest_size; ++i) {
        out[prefix.size() + 2 * i] = digits[digest[i] >> 4];
        out[prefix.size() + 2 * i + 1] = digits[digest[i] & 15];
    }
    secret_string hash{byte_view(out.data(), out.size())};
    wipe(out.data(), out.size());
    return hash;
}

}  // namespace

bool is_md5_hash(byte_view secret) {
    return secret.size() == prefix.size() + 2 * digest_size && secret.starts_with(prefix) &&
           secret.find_first_not_of("0123456789abcdef", prefix.size()) == byte_view::npos;
}

std::optional<secret_string> md5_answer(byte_view user, byte_view secret, byte_view salt) {
    const auto stored = is_md5_hash(secret) ? secret_string(secret) : md5_hash(secret, user);
    if (!stored) return std::nullopt;
    return md5_hash(stored->reveal().substr(prefix.size()), salt);
}

}  // namespace pgsidecar::auth
