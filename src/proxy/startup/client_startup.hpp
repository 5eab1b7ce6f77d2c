#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/authentication_messages.hpp"
#include "protocol/frame.hpp"
#include "protocol/message_types.hpp"
#include "protocol/out_batch.hpp"
#include "protocol/startup_messages.hpp"
#include "proxy/auth/users.hpp"
#include "proxy/startup/client_login.hpp"
#include "proxy/startup/startup_settings.hpp"
#include "proxy/startup/startup_values.hpp"
#include "proxy/startup/transport.hpp"
#include "proxy/startup/upstream_login.hpp"

namespace pgsidecar {

/// What happens to parameters of the StartupMessage that the upstream would refuse.
enum class unsupported_parameters {
    strip_harmless,  ///< left out if nothing goes wrong without them; else the connection is refused
    strip,           ///< left out; the client gets a warning
    forward,         ///< passed on all the same
    reject,          ///< the connection is refused, in pgBouncer's words
};

/// Who checks the client. In the last two, pgsidecar logs in upstream with credentials of its own.
enum class authentication_mode {
    pass_through,   ///< the upstream
    trust,          ///< nobody: local clients only
    scram_sha_256,  ///< pgsidecar
};

/// What is logged in with upstream; what is empty is as the client says.
struct upstream_credentials {
    std::string user = {};
    std::string database = {};
    auth::secret_string password = {};
};

struct startup_options {
    unsupported_parameters unsupported = unsupported_parameters::strip_harmless;
    /// In lower case; user, database and client_encoding need not be named.
    std::vector<std::string> supported;
    /// The upstream speaks newer minor versions and protocol options; otherwise it sees protocol 3.0.
    bool negotiates_protocol = false;

    authentication_mode authentication = authentication_mode::pass_through;
    upstream_credentials credentials = {};
    /// Needed for scram_sha_256; has the password upstream where `credentials` has none.
    std::shared_ptr<const auth::users> users = {};
};

/// Whether the client's connection may or has to be encrypted.
struct client_encryption {
    bool offered = false;
    bool required = false;
};

struct cancel_key {
    std::uint32_t process_id = 0;
    std::string secret_key;

    auto operator<=>(const cancel_key&) const = default;  // NOLINT(modernize-use-nullptr): its 0 is none
};

/// Who the client says that it is. Empty before its StartupMessage.
struct client_identity {
    std::string user;
    std::string database;  ///< where it names none, its user
    std::string application_name;

    bool operator==(const client_identity&) const = default;
};

/// A client connection up to its first ReadyForQuery: bytes in, bytes out, no I/O (manual: "Start-up").
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
        : options_(options), encryption_(encryption) {}
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
    const auth::scram_key_request* wanted_keys() const;
    void on_keys(const auth::scram_keys& keys);

    /// Ends the connection with a FATAL error.
    void refuse(byte_view sqlstate, byte_view message, byte_view hint = {}, byte_view detail = {});

    /// The client has gone.
    void abandon() { stage_ = stage::finished; }

    out_batch& to_client() { return to_client_; }
    out_batch& to_server() { return to_server_; }

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
    /// As the server last reported it.
    const std::string& client_encoding() const { return client_encoding_; }
    const std::string& standard_conforming_strings() const { return standard_conforming_strings_; }
    /// What the client goes back to at RESET.
    const startup_values& start_up() const { return start_up_; }
    /// From BackendKeyData.
    const std::optional<cancel_key>& backend_key() const { return backend_key_; }

    /// Why our own login upstream has failed, without secrets; empty unless it has.
    const std::string& login_problem() const { return login_problem_; }
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
    bool take_parameters(const startup_parameters& parameters);
    bool take_options(const startup_parameters& parameters);
    bool take_parameter(const startup_parameter& parameter);
    bool take_client_encoding(const startup_parameter& parameter);
    bool take_setting(const startup_parameter& parameter);
    bool take_replication(byte_view value);
    bool take_unsupported(const startup_parameter& parameter);
    bool is_supported(byte_view name) const;
    bool is_kept_by_upstream(byte_view name) const;
    void pass_on(byte_view name, byte_view value);

    // client_authentication.cpp: what passes through
    std::size_t on_password(byte_view in);
    std::optional<frame> take_password_message(byte_view in, byte_view expected);
    void on_backend(const frame& f);
    bool comes_too_early(backend type) const;
    void on_authentication(const frame& f);
    bool offer_without_plus(byte_view mechanisms);
    bool misses_plus(byte_view password_body);
    void on_parameter_status(byte_view body);
    void on_backend_key_data(byte_view body);
    void warn_of_stripped_parameters();
    void end_malformed();

    // terminated_authentication.cpp: what ends here
    bool terminates() const { return options_.authentication != authentication_mode::pass_through; }
    void check_client();
    std::size_t on_check_response(byte_view in);
    void substitute_credentials();
    auth::secret_string upstream_password() const;
    void log_in(const authentication_view& asked);
    bool refuses_login(byte_view error_body) const;
    void refuse_login(std::string problem);

    const startup_options& options_;
    const client_encryption encryption_;
    stage stage_ = stage::opening;
    out_batch to_client_, to_server_;
    bool ssl_asked_ = false;
    bool gssenc_asked_ = false;
    bool owes_response_ = false;  // the server has asked for a password message
    bool plus_removed_ = false;   // and its offer of SCRAM-SHA-256-PLUS was not shown

    transport client_, upstream_;
    std::unique_ptr<client_login> client_login_;
    std::unique_ptr<upstream_login> upstream_login_;
    bool logged_in_ = false;
    std::string login_problem_, refusal_;

    client_identity identity_;
    startup_parameters for_upstream_;  // while the StartupMessage is read
    command_line command_line_;        // likewise
    std::string upstream_packet_;
    std::vector<std::string> stripped_, not_honoured_;
    std::string client_encoding_;
    std::string standard_conforming_strings_;
    startup_values start_up_;
    std::optional<cancel_key> backend_key_;

    std::string cancel_packet_;
    cancel_key cancelled_;
};

}  // namespace pgsidecar
