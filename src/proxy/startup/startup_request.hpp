#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/startup_messages.hpp"
#include "proxy/startup/startup_options.hpp"
#include "proxy/startup/startup_settings.hpp"
#include "proxy/startup/startup_values.hpp"

namespace pgsidecar {

/// Who the client says that it is. Empty before its StartupMessage.
struct client_identity {
    std::string user;
    std::string database;  ///< where it names none, its user
    std::string application_name;

    bool operator==(const client_identity&) const = default;
};

/// Why a StartupMessage is refused.
struct startup_refusal {
    byte_view sqlstate;
    std::string message;
    byte_view hint = {};
};

/// What a client asks for in its StartupMessage, and what becomes of each parameter: it goes upstream, is
/// left out, or is a reason to refuse the connection.
class startup_request {
public:
    explicit startup_request(const startup_options& options) : options_(options) {}

    /// Once. Nothing: the connection goes on.
    std::optional<startup_refusal> take(const startup_view& message);

    /// The StartupMessage for the upstream. Views into the client's message are read.
    std::string for_upstream() const;

    const client_identity& identity() const { return identity_; }
    /// Names of the parameters that were left out.
    const std::vector<std::string>& stripped() const { return stripped_; }
    /// What the client goes back to at RESET.
    startup_values& start_up() { return start_up_; }

private:
    using refusal = std::optional<startup_refusal>;

    refusal take_all(const startup_parameters& parameters);
    refusal take_options(const startup_parameters& parameters);
    refusal take_parameter(const startup_parameter& parameter);
    refusal take_replication(byte_view value) const;
    refusal take_setting(const startup_parameter& parameter);
    refusal take_client_encoding(const startup_parameter& parameter);
    refusal take_unsupported(byte_view name);
    void pass_on(byte_view name, byte_view value);
    void substitute(byte_view name, byte_view value);
    void substitute_credentials();
    bool is_supported(byte_view name) const;
    bool is_kept_by_upstream(byte_view name) const;

    const startup_options& options_;
    std::uint16_t minor_ = 0;
    client_identity identity_;
    command_line command_line_;  // what the parameter `options` says
    startup_parameters for_upstream_;
    std::vector<std::string> stripped_, not_honoured_;
    startup_values start_up_;
};

}  // namespace pgsidecar
