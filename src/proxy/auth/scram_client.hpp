#pragma once

#include <optional>
#include <string>

#include "proxy/auth/scram_keys.hpp"
#include "proxy/auth/scram_message.hpp"

namespace pgsidecar::auth {

/// The client's side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677, RFC 5929).
///
/// PostgreSQL takes the user from the StartupMessage and looks at no name here (manual: "SASL
/// Authentication").
class scram_client {
public:
    struct channel_binding {
        gs2_flag flag = gs2_flag::unsupported;
        std::string certificate_hash = {};  ///< tls-server-end-point; for gs2_flag::used
    };

    scram_client(secret_string password, const channel_binding& binding, std::string nonce = scram_nonce(),
                 byte_view name = {});

    std::string first() const { return gs2_header_ + first_bare_; }

    /// The client's last message; nothing if the server's is not one, and problem() says why.
    std::optional<std::string> on_server_first(byte_view message);

    /// Whether the server has shown that it knows the password as well.
    bool on_server_final(byte_view message);

    /// For the log and the client; without secrets.
    byte_view problem() const { return problem_; }

private:
    std::optional<std::string> fail(byte_view problem) {
        problem_ = problem;
        return std::nullopt;
    }

    secret_string password_;
    std::string gs2_header_, bound_, nonce_, first_bare_;
    sha256_value server_signature_;
    bool answered_ = false;
    byte_view problem_;
};

}  // namespace pgsidecar::auth
