#include "proxy/auth/secret_string.hpp"

#include <openssl/crypto.h>

namespace pgsidecar::auth {

void wipe(void* at, std::size_t size) {
    if (size > 0) OPENSSL_cleanse(at, size);
}

void wipe(std::string& text) { wipe(text.data(), text.size()); }

bool equal_in_constant_time(byte_view a, byte_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace pgsidecar::auth
