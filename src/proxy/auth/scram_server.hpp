#pragma once

#include <optional>
#include <string>
#include <variant>

#include "proxy/auth/scram_message.hpp"
#include "proxy/auth/scram_secret.hpp"

namespace pgsidecar::auth {

/// Why a client is not let in, as PostgreSQL says it.
struct sasl_refusal {
    byte_view sqlstate;
    std::string message;
    byte_view detail = {};

    bool operator==(const sasl_refusal&) const = default;
};

/// The next message to the client, or the end.
using sasl_step = std::variant<std::string, sasl_refusal>;

/// The server's side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677; PostgreSQL's
/// src/backend/libpq/auth-scram.c).
class scram_server {
public:
    /// `secret` is that of `user`, or nothing: then the exchange goes on with one that no password fits, so
    /// that nobody learns which users there are. `certificate_hash` is that of our own certificate, empty
    /// where the client's connection has no channel to bind to.
    scram_server(std::string user, const scram_secret* secret, byte_view mock_key,
                 std::string certificate_hash, std::string nonce = scram_nonce());

    /// Body of AuthenticationSASL: names, each with a NUL, and a NUL.
    std::string mechanisms() const;

    /// With the mechanism that the client has chosen.
    sasl_step on_client_first(byte_view mechanism, byte_view message);
    sasl_step on_client_final(byte_view message);

private:
    std::optional<sasl_refusal> read_gs2_header(byte_view mechanism, byte_view& rest);
    bool proves_password(byte_view proof, const std::string& exchanged) const;

    const std::string user_;
    const std::string certificate_hash_;
    scram_secret secret_;
    const bool exists_;
    std::string nonce_;  // ours; behind the client's once that is known
    std::string gs2_header_, first_bare_, server_first_;
    bool binds_channel_ = false;
};

}  // namespace pgsidecar::auth
