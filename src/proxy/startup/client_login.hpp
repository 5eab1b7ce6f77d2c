#pragma once

#include <optional>
#include <string>

#include "protocol/out_batch.hpp"
#include "proxy/auth/scram_server.hpp"
#include "proxy/auth/users.hpp"

namespace pgsidecar {

/// Checks a client by SCRAM-SHA-256 where authentication ends here (manual: "SASL Authentication").
class client_login {
public:
    /// `certificate_hash` is that of our own certificate; empty where there is no channel to bind to.
    client_login(const std::string& user, const auth::users& users, const std::string& certificate_hash)
        : scram_(user, users.scram_secret_of(user), users.mock_key(), certificate_hash) {}

    /// AuthenticationSASL.
    void begin(out_batch& to_client) const;

    /// Body of a SASLInitialResponse or SASLResponse.
    std::optional<auth::sasl_refusal> on_response(byte_view body, out_batch& to_client);

    /// The client has shown that it knows the password, and AuthenticationSASLFinal has been sent.
    bool done() const { return at_ == step::done; }

private:
    enum class step { initial, response, done };

    auth::sasl_step take(byte_view body);

    auth::scram_server scram_;
    step at_ = step::initial;
};

}  // namespace pgsidecar
