#pragma once

#include "proxy/auth/sha256.hpp"

namespace pgsidecar::auth {

/// Iterations that PostgreSQL uses unless told otherwise (src/include/common/scram-common.h).
inline constexpr unsigned scram_default_iterations = 4096;
/// More are refused: a third of a second of work that a stranger could ask of us.
inline constexpr unsigned scram_iteration_limit = 1'000'000;

/// The keys of a password (RFC 5802 §3).
struct scram_keys {
    sha256_value client;
    sha256_value stored;
    sha256_value server;
};

/// SASLprep included; `salt` is the decoded one.
scram_keys derive_scram_keys(byte_view password, byte_view salt, unsigned iterations);

/// Printable and without commas, unpredictable.
std::string scram_nonce();

}  // namespace pgsidecar::auth
