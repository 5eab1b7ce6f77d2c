#pragma once

#include <optional>
#include <string>

#include "proxy/auth/scram_keys.hpp"

namespace pgsidecar::auth {

/// What checks a password without being one (RFC 5803; PostgreSQL's pg_authid.rolpassword).
struct scram_secret {
    unsigned iterations = scram_default_iterations;
    std::string salt;  ///< decoded
    sha256_value stored_key;
    sha256_value server_key;
};

/// `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`. Nothing if it is not that.
std::optional<scram_secret> read_scram_secret(byte_view text);

scram_secret make_scram_secret(byte_view password, std::string salt,
                               unsigned iterations = scram_default_iterations);

/// The salt of a name that has none of its own: always the same for the same key
/// (src/backend/libpq/auth-scram.c, scram_mock_salt).
std::string mock_scram_salt(byte_view key, byte_view user);

}  // namespace pgsidecar::auth
