#include "proxy/startup/client_startup.hpp"

#include <algorithm>

#include "protocol/backend_messages.hpp"
#include "protocol/client_encoding.hpp"
#include "protocol/names.hpp"
#include "proxy/startup/startup_settings.hpp"

namespace pgsidecar {

namespace {

/// As PostgreSQL reads a boolean (src/backend/utils/adt/bool.c): unique beginnings count.
bool is_false(byte_view value) {
    const std::string text = lower_case(value);
    if (text.empty()) return false;
    return byte_view("false").starts_with(text) || byte_view("no").starts_with(text) || text == "0" ||
           text == "of" || text == "off";
}

constexpr byte_view not_honoured_hint =
    "A transaction pooler has no server on which they could be kept for this client. Set them with ALTER "
    "ROLE "
    "or ALTER DATABASE, or in each transaction with SET LOCAL; or let pgsidecar leave them out "
    "(startup_parameters.unsupported: strip).";

constexpr byte_view options_parameter = "options";

/// Parameters of the StartupMessage that are no settings.
bool names_connection(byte_view name) {
    return name == "user" || name == "database" || name == "replication";
}

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) out.append(out.empty() ? "" : ", ").append(name);
    return out;
}

}  // namespace

std::size_t client_startup::on_client_bytes(byte_view in) {
    std::size_t used = 0;
    while (stage_ == stage::opening) {
        const std::size_t n = on_packet(in.substr(used));
        if (n == 0) break;
        used += n;
    }
    if (stage_ == stage::encrypting && used < in.size()) {
        refuse("08P01", "received unencrypted data after SSL request");
        return in.size();
    }
    while (stage_ == stage::checking) {
        const std::size_t n = on_check_response(in.substr(used));
        if (n == 0) break;
        used += n;
    }
    if (stage_ == stage::authenticating && owes_response_) used += on_password(in.substr(used));
    return used;
}

std::size_t client_startup::on_packet(byte_view in) {
    const auto size = peek_startup_packet_size(in);
    if (!size) return 0;
    if (*size < startup_packet_minimum || *size > startup_packet_limit) {
        refuse("08P01", "invalid length of startup packet");
        return in.size();
    }
    if (in.size() < *size) return 0;

    const byte_view packet = in.substr(0, *size);
    const startup_packet read = read_startup_packet(packet);
    if (const auto* startup = std::get_if<startup_view>(&read)) on_startup(*startup);
    if (const auto* cancel = std::get_if<cancel_view>(&read)) on_cancel(packet, *cancel);
    if (std::holds_alternative<ssl_request>(read)) answer_ssl_request();
    if (std::holds_alternative<gssenc_request>(read)) answer_gssenc_request();
    if (std::holds_alternative<malformed_packet>(read))
        refuse("08P01", "invalid length of cancel request packet");
    return *size;
}

/// A client that asks again is told what PostgreSQL tells it: that this is no protocol version.
void client_startup::answer_ssl_request() {
    if (ssl_asked_) return refuse_protocol(startup_request_code, ssl_request::code);
    ssl_asked_ = true;
    if (!encryption_.offered) return answer_request('N');
    answer_request('S');
    stage_ = stage::encrypting;
}

void client_startup::answer_gssenc_request() {
    if (gssenc_asked_ || client_.encrypted)
        return refuse_protocol(startup_request_code, gssenc_request::code);
    gssenc_asked_ = true;
    answer_request('N');
}

void client_startup::answer_request(char answer) {
    to_client_.compose([=](std::string& out) { out.push_back(answer); });
}

void client_startup::on_encrypted(std::string certificate_hash) {
    client_.encrypted = true;
    client_.certificate_hash = std::move(certificate_hash);
    ssl_asked_ = true;
    stage_ = stage::opening;
}

void client_startup::refuse_protocol(std::uint16_t major, std::uint16_t minor) {
    refuse("0A000", "unsupported frontend protocol " + std::to_string(major) + "." + std::to_string(minor) +
                        ": server supports 3.0 to 3.0");
}

void client_startup::on_cancel(byte_view packet, const cancel_view& cancel) {
    cancel_packet_ = packet;
    cancelled_ = {cancel.process_id, std::string(cancel.secret_key)};
    stage_ = stage::cancelling;
}

void client_startup::on_startup(const startup_view& startup) {
    if (startup.major != 3) return refuse_protocol(startup.major, startup.minor);
    if (!startup.parameters)
        return refuse("08P01", "invalid startup packet layout: expected terminator as last byte");
    if (encryption_.required && !client_.encrypted)
        return refuse("28000", "connection requires SSL", "Connect with sslmode=require or above.");
    negotiate(startup);
    if (!take_parameters(*startup.parameters)) return;
    if (identity_.user.empty()) return refuse("28000", "no PostgreSQL user name specified in startup packet");
    if (identity_.database.empty()) identity_.database = identity_.user;
    if (terminates()) substitute_credentials();
    compose_startup(upstream_packet_, options_.negotiates_protocol ? startup.minor : std::uint16_t{0},
                    for_upstream_);
    for_upstream_ = {};
    command_line_ = {};
    check_client();
}

void client_startup::negotiate(const startup_view& startup) {
    if (options_.negotiates_protocol) return;
    std::vector<byte_view> unknown;
    for (const startup_parameter& parameter : *startup.parameters)
        if (is_protocol_option(parameter.name)) unknown.push_back(parameter.name);
    if (startup.minor == 0 && unknown.empty()) return;
    to_client_.compose([&](std::string& out) { compose_negotiate_protocol_version(out, unknown); });
}

/// False if the connection has been refused.
bool client_startup::take_parameters(const startup_parameters& parameters) {
    const bool reads_options = !is_supported(options_parameter);
    if (reads_options && !take_options(parameters)) return false;
    for (const startup_parameter& parameter : parameters)
        if (!(reads_options && parameter.name == options_parameter) && !take_parameter(parameter))
            return false;
    if (not_honoured_.empty()) return true;
    refuse(
        "0A000",
        (not_honoured_.size() == 1 ? "unsupported startup parameter: " : "unsupported startup parameters: ") +
            joined(not_honoured_),
        not_honoured_hint);
    return false;
}

/// In front of the other parameters, which override them. Of several `options` the last one counts.
bool client_startup::take_options(const startup_parameters& parameters) {
    for (const auto& [name, value] : parameters)
        if (name == options_parameter) command_line_ = read_command_line(value);
    if (!command_line_.problem.empty()) {
        refuse("42601", command_line_.problem);
        return false;
    }
    for (const auto& [name, value] : command_line_.settings) {
        const bool is_setting = !is_protocol_option(name) && !names_connection(name);
        if (!(is_setting ? take_setting({name, value}) : take_unsupported({name, value}))) return false;
    }
    return !command_line_.has_other_switches || take_unsupported({options_parameter, {}});
}

bool client_startup::take_parameter(const startup_parameter& parameter) {
    if (is_protocol_option(parameter.name)) {
        if (options_.negotiates_protocol) for_upstream_.push_back(parameter);
        return true;
    }
    if (parameter.name == "user") identity_.user = parameter.value;
    if (parameter.name == "database") identity_.database = parameter.value;
    if (parameter.name == "replication" && !is_supported(parameter.name))
        return take_replication(parameter.value);
    return take_setting(parameter);
}

bool client_startup::take_replication(byte_view value) {
    if (is_false(value)) return true;
    refuse("0A000", "replication connections cannot pass a transaction pooler",
           "Connect to the PostgreSQL server itself.");
    return false;
}

bool client_startup::take_setting(const startup_parameter& parameter) {
    const std::string name = lower_case(parameter.name);
    if (name == "application_name") identity_.application_name = parameter.value;
    if (name == "client_encoding") return take_client_encoding(parameter);
    if (!is_supported(parameter.name)) return take_unsupported(parameter);
    pass_on(parameter.name, parameter.value);
    return true;
}

/// pgBouncer would take a bad one, and say SET before every transaction for one that is not spelt as the
/// server does.
bool client_startup::take_client_encoding(const startup_parameter& parameter) {
    const auto canonical = canonical_client_encoding(parameter.value);
    if (canonical)
        pass_on(parameter.name, *canonical);
    else
        refuse("22023",
               "invalid value for parameter \"client_encoding\": \"" + std::string(parameter.value) + "\"");
    return canonical.has_value();
}

bool client_startup::is_supported(byte_view name) const {
    return options_.unsupported == unsupported_parameters::forward || name == "user" || name == "database" ||
           is_kept_by_upstream(name);
}

bool client_startup::is_kept_by_upstream(byte_view name) const {
    return std::ranges::find(options_.supported, lower_case(name)) != options_.supported.end();
}

void client_startup::pass_on(byte_view name, byte_view value) {
    for_upstream_.push_back({name, value});
    if (is_kept_by_upstream(name)) start_up_.keep(name, value);
}

bool client_startup::take_unsupported(const startup_parameter& parameter) {
    if (options_.unsupported == unsupported_parameters::reject) {
        refuse("08P01", "unsupported startup parameter: " + std::string(parameter.name));
        return false;
    }
    const bool left_out =
        options_.unsupported == unsupported_parameters::strip || is_harmless_setting(parameter.name);
    (left_out ? stripped_ : not_honoured_).emplace_back(parameter.name);
    return true;
}

void client_startup::on_connected(transport upstream) {
    upstream_ = std::move(upstream);
    if (terminates())
        upstream_login_ = std::make_unique<upstream_login>(upstream_user(), upstream_password(), upstream_);
    to_server_.compose([&](std::string& out) { out.append(upstream_packet_); });
    stage_ = stage::authenticating;
}

void client_startup::refuse(byte_view sqlstate, byte_view message, byte_view hint, byte_view detail) {
    if (stage_ == stage::finished) return;
    stage_ = stage::finished;
    refusal_ = message;
    const error_message error{
        .severity = "FATAL", .sqlstate = sqlstate, .message = message, .detail = detail, .hint = hint};
    to_client_.compose([&](std::string& out) { compose_error(out, error); });
}

}  // namespace pgsidecar
