#pragma once

#include <optional>
#include <string>

#include "protocol/authentication_messages.hpp"
#include "protocol/out_batch.hpp"
#include "proxy/auth/scram_client.hpp"
#include "proxy/startup/transport.hpp"

namespace pgsidecar {

/// Logs in to the upstream with credentials of our own: answers what it asks for (manual: "Start-up").
///
/// A password goes to nobody who could not be meant: in clear text only where others cannot read along, and a
/// server that was asked to prove that it knows the password has to.
class upstream_login {
public:
    upstream_login(std::string user, auth::secret_string password, transport upstream)
        : user_(std::move(user)), password_(std::move(password)), upstream_(std::move(upstream)) {}
    upstream_login(const upstream_login&) = delete;
    upstream_login& operator=(const upstream_login&) = delete;

    /// Answers an Authentication message. The batch borrows from here. Otherwise problem() says why not.
    bool on_request(const authentication_view& request, out_batch& to_server);

    /// Its SCRAM asks for keys that take their time to make: on_keys(). Null if it does not.
    const auth::scram_key_request* wanted_keys() const { return wanted_ ? &*wanted_ : nullptr; }
    void on_keys(const auth::scram_keys& keys, out_batch& to_server);

    /// The upstream has been sent something that it could refuse.
    bool answered() const { return at_ != step::begin; }
    const std::string& user() const { return user_; }
    /// Without secrets.
    const std::string& problem() const { return problem_; }

private:
    enum class step { begin, password_sent, sasl_begun, keys_wanted, sasl_proved, server_proved };

    bool on_ok();
    bool send_password(out_batch& to_server);
    bool send_md5(byte_view salt, out_batch& to_server);
    bool begin_sasl(byte_view mechanisms, out_batch& to_server);
    bool continue_sasl(byte_view message);
    bool end_sasl(byte_view message);

    bool has_plain_password();
    void send(byte_view password, out_batch& to_server);
    bool fail(std::string problem) {
        problem_ = std::move(problem);
        return false;
    }

    const std::string user_;
    auth::secret_string password_;
    const transport upstream_;
    step at_ = step::begin;
    auth::secret_string sent_;  // PasswordMessage
    std::optional<auth::scram_client> scram_;
    std::optional<auth::scram_key_request> wanted_;
    std::string problem_;
};

}  // namespace pgsidecar
