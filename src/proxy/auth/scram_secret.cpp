#include "proxy/auth/scram_secret.hpp"

#include "proxy/auth/base64.hpp"
#include "proxy/auth/scram_message.hpp"

namespace pgsidecar::auth {

namespace {

/// Up to the separator, which is taken away too.
byte_view take_part(byte_view& rest, char separator) {
    const std::size_t at = rest.find(separator);
    const byte_view part = rest.substr(0, at);
    rest.remove_prefix(at == byte_view::npos ? rest.size() : at + 1);
    return part;
}

bool read_key(byte_view text, sha256_value& key) {
    auto bytes = read_base64(text);
    if (!bytes) return false;
    const bool right = bytes->size() == sha256_size;
    if (right) bytes->copy(reinterpret_cast<char*>(key.data()), sha256_size);
    wipe(*bytes);
    return right;
}

}  // namespace

std::optional<scram_secret> read_scram_secret(byte_view text) {
    if (take_part(text, '$') != scram_sha_256) return std::nullopt;
    const auto iterations = read_scram_iterations(take_part(text, ':'));
    auto salt = read_base64(take_part(text, '$'));
    scram_secret out;
    const bool keys = read_key(take_part(text, ':'), out.stored_key) && read_key(text, out.server_key);
    if (!iterations || !salt || salt->empty() || !keys) return std::nullopt;
    out.iterations = *iterations;
    out.salt = *std::move(salt);
    return out;
}

scram_secret make_scram_secret(byte_view password, std::string salt, unsigned iterations) {
    const scram_keys keys = derive_scram_keys(password, salt, iterations);
    scram_secret out;
    out.iterations = iterations;
    out.salt = std::move(salt);
    out.stored_key = keys.stored;
    out.server_key = keys.server;
    return out;
}

std::string mock_scram_salt(byte_view key, byte_view user) {
    static constexpr std::size_t size = 16;  // SCRAM_DEFAULT_SALT_LEN
    return std::string(hmac_sha256(key, user).view().substr(0, size));
}

}  // namespace pgsidecar::auth
