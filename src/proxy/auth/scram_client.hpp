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

    /// What has to be known for the client's last message; nothing if the server's first is not one, and
    /// problem() says why.
    std::optional<scram_key_request> read_server_first(byte_view message);

    /// The client's last message, with the keys that read_server_first() has asked for.
    std::string answer(const scram_keys& keys);

    /// Both, with keys that are made here, which takes its time.
    std::optional<std::string> on_server_first(byte_view message);

    /// Whether the server has shown that it knows the password as well.
    bool on_server_final(byte_view message);

    /// For the log and the client; without secrets.
    byte_view problem() const { return problem_; }

private:
    std::nullopt_t fail(byte_view problem) {
        problem_ = problem;
        return std::nullopt;
    }

    secret_string password_;
    std::string gs2_header_, bound_, nonce_, first_bare_;
    std::string server_first_, final_bare_;  // when the server's has been read
    sha256_value server_signature_;
    bool answered_ = false;
    byte_view problem_;
};

}  // namespace pgsidecar::auth
