#include "proxy/startup/startup_request.hpp"

#include <algorithm>

#include "protocol/client_encoding.hpp"
#include "protocol/names.hpp"

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

std::optional<startup_refusal> startup_request::take(const startup_view& message) {
    minor_ = options_.negotiates_protocol ? message.minor : std::uint16_t{0};
    if (auto refused = take_all(*message.parameters)) return refused;
    if (!not_honoured_.empty())
        return startup_refusal{"0A000",
                               (not_honoured_.size() == 1 ? "unsupported startup parameter: "
                                                          : "unsupported startup parameters: ") +
                                   joined(not_honoured_),
                               not_honoured_hint};
    if (identity_.user.empty())
        return startup_refusal{"28000", "no PostgreSQL user name specified in startup packet"};
    if (identity_.database.empty()) identity_.database = identity_.user;
    if (options_.terminates_authentication()) substitute_credentials();
    return std::nullopt;
}

startup_request::refusal startup_request::take_all(const startup_parameters& parameters) {
    const bool reads_options = !is_supported(options_parameter);
    if (reads_options)
        if (auto refused = take_options(parameters)) return refused;
    for (const startup_parameter& parameter : parameters) {
        if (reads_options && parameter.name == options_parameter) continue;
        if (auto refused = take_parameter(parameter)) return refused;
    }
    return std::nullopt;
}

/// In front of the other parameters, which override them. Of several `options` the last one counts.
startup_request::refusal startup_request::take_options(const startup_parameters& parameters) {
    for (const auto& [name, value] : parameters)
        if (name == options_parameter) command_line_ = read_command_line(value);
    if (!command_line_.problem.empty()) return startup_refusal{"42601", command_line_.problem};
    for (const auto& [name, value] : command_line_.settings) {
        const bool is_setting = !is_protocol_option(name) && !names_connection(name);
        if (auto refused = is_setting ? take_setting({name, value}) : take_unsupported(name)) return refused;
    }
    return command_line_.has_other_switches ? take_unsupported(options_parameter) : std::nullopt;
}

startup_request::refusal startup_request::take_parameter(const startup_parameter& parameter) {
    if (is_protocol_option(parameter.name)) {
        if (options_.negotiates_protocol) for_upstream_.push_back(parameter);
        return std::nullopt;
    }
    if (parameter.name == "user") identity_.user = parameter.value;
    if (parameter.name == "database") identity_.database = parameter.value;
    if (parameter.name == "replication" && !is_supported(parameter.name))
        return take_replication(parameter.value);
    return take_setting(parameter);
}

startup_request::refusal startup_request::take_replication(byte_view value) const {
    if (is_false(value)) return std::nullopt;
    return startup_refusal{"0A000", "replication connections cannot pass a transaction pooler",
                           "Connect to the PostgreSQL server itself."};
}

startup_request::refusal startup_request::take_setting(const startup_parameter& parameter) {
    const std::string name = lower_case(parameter.name);
    if (name == "application_name") identity_.application_name = parameter.value;
    if (name == "client_encoding") return take_client_encoding(parameter);
    if (!is_supported(parameter.name)) return take_unsupported(parameter.name);
    pass_on(parameter.name, parameter.value);
    return std::nullopt;
}

/// pgBouncer would take a bad one, and say SET before every transaction for one that is not spelt as the
/// server does.
startup_request::refusal startup_request::take_client_encoding(const startup_parameter& parameter) {
    const auto canonical = canonical_client_encoding(parameter.value);
    if (!canonical)
        return startup_refusal{"22023", "invalid value for parameter \"client_encoding\": \"" +
                                            std::string(parameter.value) + "\""};
    pass_on(parameter.name, *canonical);
    return std::nullopt;
}

bool startup_request::is_supported(byte_view name) const {
    return options_.unsupported == unsupported_parameters::forward || name == "user" || name == "database" ||
           is_kept_by_upstream(name);
}

bool startup_request::is_kept_by_upstream(byte_view name) const {
    return std::ranges::find(options_.supported, lower_case(name)) != options_.supported.end();
}

void startup_request::pass_on(byte_view name, byte_view value) {
    for_upstream_.push_back({name, value});
    if (is_kept_by_upstream(name)) start_up_.keep(name, value);
}

startup_request::refusal startup_request::take_unsupported(byte_view name) {
    if (options_.unsupported == unsupported_parameters::reject)
        return startup_refusal{"08P01", "unsupported startup parameter: " + std::string(name)};
    const bool left_out = options_.unsupported == unsupported_parameters::strip || is_harmless_setting(name);
    (left_out ? stripped_ : not_honoured_).emplace_back(name);
    return std::nullopt;
}

/// The client's database is named by its user if nothing else names it, and goes on to be that.
void startup_request::substitute_credentials() {
    const upstream_credentials& own = options_.credentials;
    if (!own.database.empty())
        substitute("database", own.database);
    else if (!own.user.empty())
        substitute("database", identity_.database);
    if (!own.user.empty()) substitute("user", own.user);
}

void startup_request::substitute(byte_view name, byte_view value) {
    const auto found = std::ranges::find(for_upstream_, name, &startup_parameter::name);
    if (found == for_upstream_.end())
        for_upstream_.push_back({name, value});
    else
        found->value = value;
}

std::string startup_request::for_upstream() const {
    std::string out;
    compose_startup(out, minor_, for_upstream_);
    return out;
}

}  // namespace pgsidecar
