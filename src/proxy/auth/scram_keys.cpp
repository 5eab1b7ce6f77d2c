#include "proxy/auth/scram_keys.hpp"

#include "proxy/auth/base64.hpp"
#include "proxy/auth/sasl_prep.hpp"

namespace pgsidecar::auth {

scram_keys derive_scram_keys(byte_view password, byte_view salt, unsigned iterations) {
    const secret_string prepared = prepared_password(password);
    const sha256_value salted = pbkdf2_sha256(prepared.reveal(), salt, iterations);
    scram_keys keys;
    keys.client = hmac_sha256(salted.view(), "Client Key");
    keys.stored = sha256(keys.client.view());
    keys.server = hmac_sha256(salted.view(), "Server Key");
    return keys;
}

std::string scram_nonce() { return base64(random_bytes(18)); }

}  // namespace pgsidecar::auth
