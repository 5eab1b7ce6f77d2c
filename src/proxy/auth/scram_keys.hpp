#pragma once

#include "proxy/auth/sha256.hpp"

namespace pgsidecar::auth {

/// Iterations that PostgreSQL uses unless told otherwise (src/include/common/scram-common.h).
inline constexpr unsigned scram_default_iterations = 4096;
/// More are refused: a third of a second of work that a stranger could ask of us, and more than any server is
/// known to use (OWASP recommends 600,000).
inline constexpr unsigned scram_iteration_limit = 1'000'000;

/// The keys of a password (RFC 5802 §3).
struct scram_keys {
    sha256_value client;
    sha256_value stored;
    sha256_value server;
};

/// What they are made of, for whoever makes them.
struct scram_key_request {
    secret_string password;
    std::string salt;  ///< decoded
    unsigned iterations = 0;
};

/// SASLprep included; `salt` is the decoded one.
scram_keys derive_scram_keys(byte_view password, byte_view salt, unsigned iterations);

/// Printable and without commas, unpredictable.
std::string scram_nonce();

}  // namespace pgsidecar::auth
