#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "protocol/frame.hpp"
#include "protocol/message_types.hpp"
#include "protocol/out_batch.hpp"
#include "proxy/startup/cancel_key.hpp"
#include "proxy/startup/transport.hpp"
#include "proxy/startup/upstream_login.hpp"

namespace pgsidecar {

/// An upstream connection from its StartupMessage to its first ReadyForQuery: bytes in, bytes out, no I/O,
/// and no client (manual: "Start-up"). It logs in with credentials of ours, or leaves that to whoever asked
/// for the connection.
class upstream_startup {
public:
    /// What has been read of the upstream.
    enum class event : std::uint8_t {
        incomplete,     ///< a message that has not come as a whole
        told,           ///< for a client to be shown; AuthenticationOk as well
        asked,          ///< an AuthenticationRequest that is not ours to answer
        answered,       ///< one that has been answered, or will be: wanted_keys()
        refused,        ///< ErrorResponse
        no_server,      ///< ErrorResponse: the pooler has no server now
        login_refused,  ///< our log-in has failed: login_problem()
        malformed,      ///< not what an upstream may say here
        ready,          ///< ReadyForQuery
    };
    struct reading {
        event what = event::incomplete;
        frame message = {};  ///< whole, unless it is incomplete or malformed
    };

    explicit upstream_startup(bool negotiates_protocol) : negotiates_protocol_(negotiates_protocol) {}
    upstream_startup(const upstream_startup&) = delete;
    upstream_startup& operator=(const upstream_startup&) = delete;

    /// Sends the StartupMessage. `login` is null where the log-in is left to others. Again if another
    /// connection takes the place of the first, before that has answered.
    void begin(byte_view startup_message, transport upstream, std::unique_ptr<upstream_login> login);

    /// Reads the message at the start of `in`. Not while there are wanted_keys().
    reading read(byte_view in);

    /// Our log-in needs these keys before it goes on: on_keys(). Null if it does not.
    const auth::scram_key_request* wanted_keys() const { return login_ ? login_->wanted_keys() : nullptr; }
    void on_keys(const auth::scram_keys& keys) { login_->on_keys(keys, to_server_); }

    out_batch& to_server() { return to_server_; }

    /// How it is connected.
    const transport& connection() const { return connection_; }
    /// AuthenticationOk has come.
    bool is_logged_in() const { return logged_in_; }
    /// Why our own log-in has failed, without secrets; empty unless it has.
    const std::string& login_problem() const { return login_problem_; }
    /// As it was last reported; empty: it was not.
    const std::string& client_encoding() const { return client_encoding_; }
    const std::string& standard_conforming_strings() const { return standard_conforming_strings_; }
    /// From BackendKeyData.
    const std::optional<cancel_key>& backend_key() const { return backend_key_; }

private:
    event on_message(const frame& f);
    bool comes_too_early(backend type) const;
    event on_authentication(byte_view body);
    event on_parameter_status(byte_view body);
    event on_backend_key_data(byte_view body);
    event on_error(byte_view body);
    event refuse_login(std::string problem);

    const bool negotiates_protocol_;
    out_batch to_server_;
    transport connection_;
    std::unique_ptr<upstream_login> login_;
    bool logged_in_ = false;
    std::string login_problem_;
    std::string client_encoding_, standard_conforming_strings_;
    std::optional<cancel_key> backend_key_;
};

}  // namespace pgsidecar
