#include "proxy/auth/sha256.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace pgsidecar::auth {

namespace {

void require(bool done) {
    if (!done) throw std::runtime_error("libcrypto failed");
}

const unsigned char* octets(byte_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

}  // namespace

sha256_value sha256(byte_view message) {
    sha256_value out;
    require(EVP_Digest(message.data(), message.size(), out.data(), nullptr, EVP_sha256(), nullptr) == 1);
    return out;
}

sha256_value hmac_sha256(byte_view key, byte_view message) {
    sha256_value out;
    require(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets(message), message.size(),
                 out.data(), nullptr) != nullptr);
    return out;
}

sha256_value pbkdf2_sha256(byte_view password, byte_view salt, unsigned iterations) {
    sha256_value out;
    require(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), octets(salt),
                              static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                              static_cast<int>(sha256_size), out.data()) == 1);
    return out;
}

sha256_value operator^(const sha256_value& a, const sha256_value& b) {
    sha256_value out;
    for (std::size_t i = 0; i < sha256_size; ++i)
        out.data()[i] = static_cast<unsigned char>(octets(a.view())[i] ^ octets(b.view())[i]);
    return out;
}

std::string random_bytes(std::size_t size) {
    std::string out(size, '\0');
    require(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(size)) == 1);
    return out;
}

}  // namespace pgsidecar::auth
