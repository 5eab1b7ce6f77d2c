#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/frame.hpp"
#include "protocol/out_batch.hpp"
#include "protocol/startup_messages.hpp"
#include "proxy/startup/cancel_key.hpp"
#include "proxy/startup/client_login.hpp"
#include "proxy/startup/startup_options.hpp"
#include "proxy/startup/startup_request.hpp"
#include "proxy/startup/startup_values.hpp"
#include "proxy/startup/transport.hpp"
#include "proxy/startup/upstream_startup.hpp"

namespace pgsidecar {

/// A client connection up to its first ReadyForQuery: bytes in, bytes out, no I/O (manual: "Start-up"). It
/// decides what the client is shown of its upstream connection, whose own half is upstream_startup.
///
/// The driver feeds and flushes as with a session; what is not used here belongs to the session that follows.
class client_startup {
public:
    enum class stage {
        opening,         ///< up to the StartupMessage
        encrypting,      ///< TLS is to begin, once what is said has been flushed: on_encrypted()
        checking,        ///< the client shows that it knows the password
        cancelling,      ///< it was a CancelRequest: carry cancel_packet() upstream, then close
        connecting,      ///< an upstream connection is wanted: on_connected() or refuse()
        authenticating,  ///< up to ReadyForQuery
        ready,           ///< the session begins
        finished,        ///< both batches are to be flushed, both connections closed
    };

    explicit client_startup(const startup_options& options, client_encryption encryption = {})
        : options_(options), encryption_(encryption), upstream_(options.negotiates_protocol) {}
    client_startup(const client_startup&) = delete;
    client_startup& operator=(const client_startup&) = delete;

    /// What the client's connection is, once it is known; before its StartupMessage.
    void set_client(transport client) { client_ = std::move(client); }

    std::size_t on_client_bytes(byte_view in);
    std::size_t on_server_bytes(byte_view in);
    /// TLS with the client has begun, asked for or directly.
    void on_encrypted(std::string certificate_hash);
    /// Again if another upstream connection takes the place of the first, before that has answered.
    void on_connected(transport upstream);

    /// Our own log-in upstream needs these keys before it goes on: on_keys(). Null if it does not.
    const auth::scram_key_request* wanted_keys() const {
        return finished() ? nullptr : upstream_.wanted_keys();
    }
    void on_keys(const auth::scram_keys& keys) { upstream_.on_keys(keys); }

    /// Ends the connection with a FATAL error.
    void refuse(byte_view sqlstate, byte_view message, byte_view hint = {}, byte_view detail = {});

    /// The client has gone.
    void abandon() { stage_ = stage::finished; }

    out_batch& to_client() { return to_client_; }
    out_batch& to_server() { return upstream_.to_server(); }

    stage at() const { return stage_; }
    bool waits_for_server() const { return stage_ == stage::authenticating && !owes_response_; }
    /// Only the client can go on: no upstream connection is wanted yet.
    bool waits_for_client() const { return stage_ == stage::opening || stage_ == stage::checking; }
    /// The same, or the upstream waits for the client as well.
    bool held_up_by_client() const {
        return waits_for_client() || stage_ == stage::encrypting ||
               (stage_ == stage::authenticating && owes_response_);
    }
    bool finished() const { return stage_ == stage::finished; }

    const client_identity& identity() const { return identity_; }
    /// Names of the parameters that were left out.
    const std::vector<std::string>& stripped() const { return stripped_; }
    /// What the client goes back to at RESET.
    const startup_values& start_up() const { return start_up_; }
    /// What is known of the upstream connection.
    const upstream_startup& upstream() const { return upstream_; }

    /// Who is logged in upstream where authentication ends here.
    const std::string& upstream_user() const;
    /// What the client was told by refuse(); empty unless it has been.
    const std::string& refusal() const { return refusal_; }

    const std::string& cancel_packet() const { return cancel_packet_; }
    const cancel_key& cancelled() const { return cancelled_; }

private:
    // client_startup.cpp: the client's first packets
    std::size_t on_packet(byte_view in);
    void on_startup(const startup_view& startup);
    void on_cancel(byte_view packet, const cancel_view& cancel);
    void answer_ssl_request();
    void answer_gssenc_request();
    void answer_request(char answer);
    void refuse_protocol(std::uint16_t major, std::uint16_t minor);
    void negotiate(const startup_view& startup);

    // client_authentication.cpp: what passes through
    std::size_t on_password(byte_view in);
    std::optional<frame> take_password_message(byte_view in, byte_view expected);
    void on_upstream(const upstream_startup::reading& said);
    void on_told(const frame& f);
    void on_asked(const frame& f);
    void on_error(const frame& f, bool has_server);
    void on_ready(const frame& f);
    bool offer_without_plus(byte_view mechanisms);
    bool misses_plus(byte_view password_body);
    void warn_of_stripped_parameters();
    void end_malformed();

    // terminated_authentication.cpp: what ends here
    void check_client();
    std::size_t on_check_response(byte_view in);
    std::unique_ptr<upstream_login> own_login(const transport& upstream) const;
    auth::secret_string upstream_password() const;
    void refuse_login();

    const startup_options& options_;
    const client_encryption encryption_;
    stage stage_ = stage::opening;
    out_batch to_client_;
    std::string refusal_;

    transport client_;
    bool ssl_asked_ = false;
    bool gssenc_asked_ = false;
    std::string cancel_packet_;
    cancel_key cancelled_;

    client_identity identity_;
    std::vector<std::string> stripped_;
    startup_values start_up_;
    std::unique_ptr<client_login> client_login_;

    std::string upstream_packet_;  // StartupMessage
    upstream_startup upstream_;
    bool owes_response_ = false;  // the server has asked for a password message
    bool plus_removed_ = false;   // and its offer of SCRAM-SHA-256-PLUS was not shown
};

}  // namespace pgsidecar
