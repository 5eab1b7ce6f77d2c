#include "proxy/config/load.hpp"

#include "proxy/config/quote.hpp"
#include "proxy/config/upstream_url.hpp"
#include "proxy/config/yaml_file.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pgsidecar::config {
namespace {

constexpr std::string_view url_key = "upstream.url";

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

void apply(const given_value& given, loaded_settings& to) {
    std::vector<std::string> texts;
    for (const auto& item : given.texts) texts.push_back(item.text);
    for (const auto index : given.target->assign(to.values, texts)) {
        const auto& item = given.texts[index];
        const std::string shown = given.target->is_secret ? "the value (not shown)" : quote(item.text);
        to.problems.push_back(item.where + ": " + shown +
                              " is not accepted (accepted: " + given.target->accepts + ")");
    }
    to.origins[given.target->path] = given.origin;
}

// What the URL says is weaker than a key of the same source and stronger than one of a weaker source.
void apply(const given_values& source, loaded_settings& to) {
    append(to.problems, source.problems);
    append(to.warnings, source.warnings);
    for (const auto& given : source.values)
        if (given.target->path == url_key && !given.texts.at(0).text.empty())
            apply(expand_upstream_url(given), to);
    for (const auto& given : source.values) apply(given, to);
}

std::optional<std::string> file_of(const command_line& arguments, const environment& variables) {
    if (arguments.config_file) return arguments.config_file;
    const auto variable = variables.find(file_variable);
    return variable == variables.end() ? std::nullopt : std::optional(variable->second);
}

std::string about(const loaded_settings& loaded, const std::string& path, const std::string& what) {
    const auto origin = loaded.origins.find(path);
    const std::string where = origin == loaded.origins.end() ? "" : origin->second + ": ";
    return where + path + ": " + what;
}

// What no single key can tell: each check names the key that is to be changed.
void complain(loaded_settings& loaded, const std::string& path, const std::string& what) {
    loaded.problems.push_back(about(loaded, path, what));
}

void warn(loaded_settings& loaded, const std::string& path, const std::string& what) {
    loaded.warnings.push_back(about(loaded, path, what));
}

void check_addresses(loaded_settings& loaded) {
    const auto& listen = loaded.values.listen;
    const auto& upstream = loaded.values.upstream.addresses;
    if (listen.empty()) complain(loaded, "listen", "at least one address is needed");
    if (upstream.empty()) complain(loaded, "upstream.address", "at least one address is needed");
    for (auto one = listen.begin(); one != listen.end(); ++one) {
        if (std::find(listen.begin(), one, *one) != one)
            complain(loaded, "listen", to_string(*one) + " stands there twice");
        if (std::ranges::find(upstream, *one) != upstream.end())
            complain(loaded, "listen", to_string(*one) + " is upstream.address too");
    }
}

void check_client_tls(loaded_settings& loaded) {
    const client_tls_settings& tls = loaded.values.client_tls;
    const bool verifies = tls.client_certificate != client_certificate::none;
    if (tls.mode != client_tls_mode::disable && tls.certificate.empty())
        complain(loaded, "client_tls.certificate", "is needed for client_tls.mode allow and require");
    if (!tls.certificate.empty() && tls.key.empty())
        complain(loaded, "client_tls.key", "is needed beside client_tls.certificate");
    if (verifies && tls.client_ca.empty())
        complain(loaded, "client_tls.client_ca", "is needed to verify client certificates");
    if (verifies && tls.mode != client_tls_mode::require)
        complain(loaded, "client_tls.client_certificate", "needs client_tls.mode require");
}

void check_upstream_tls(loaded_settings& loaded) {
    const upstream_tls_settings& tls = loaded.values.upstream_tls;
    if (tls.mode >= tls_mode::verify_ca && tls.root_certificate.empty())
        complain(loaded, "upstream_tls.root_certificate", "is needed for mode verify-ca and verify-full");
    if (tls.root_certificate == "system" && tls.mode != tls_mode::verify_full)
        complain(loaded, "upstream_tls.root_certificate", "system needs mode verify-full");
    if (tls.negotiation == tls_negotiation::direct && tls.mode < tls_mode::require)
        complain(loaded, "upstream_tls.negotiation", "direct needs mode require or above");
    if (tls.certificate.empty() != tls.key.empty())
        complain(loaded, tls.key.empty() ? "upstream_tls.key" : "upstream_tls.certificate",
                 "is needed beside the other");
}

void check_pass_through(loaded_settings& loaded) {
    const settings& values = loaded.values;
    if (values.client_tls.mode != client_tls_mode::disable && values.upstream_tls.mode >= tls_mode::require)
        warn(
            loaded, "auth.mode",
            "SCRAM channel binding cannot pass through, since TLS ends here on both sides: clients that want "
            "it are refused where the upstream offers it (they need channel_binding=disable, or auth.mode "
            "scram-sha-256)");
    if (!values.upstream.url.empty()) return;  // has them whether they are needed or not
    for (const auto& [path, value] : {std::pair("upstream.user", values.upstream.user),
                                      std::pair("upstream.password", values.upstream.password),
                                      std::pair("upstream.password_file", values.upstream.password_file),
                                      std::pair("upstream.database", values.upstream.database),
                                      std::pair("auth.users_file", values.auth.users_file)})
        if (!value.empty()) warn(loaded, path, "is not used while auth.mode is pass-through");
}

void check_authentication(loaded_settings& loaded) {
    const settings& values = loaded.values;
    if (values.auth.mode == auth_mode::pass_through) return check_pass_through(loaded);
    if (values.auth.mode == auth_mode::scram_sha_256 && values.auth.users_file.empty())
        complain(loaded, "auth.users_file", "is needed for auth.mode scram-sha-256");
    if (values.auth.mode != auth_mode::trust) return;
    for (const address& where : values.listen)
        if (!is_local(where))
            warn(loaded, "auth.mode",
                 "trust refuses clients from other machines, which " + to_string(where) + " lets connect");
}

void check_one_place(loaded_settings& loaded, const std::string& path, const std::string& value,
                     const std::string& file) {
    if (!value.empty() && !file.empty())
        complain(loaded, path, "stands there and in " + path + "_file: one of them has to go");
}

}  // namespace

loaded_settings load(const command_line& arguments, const environment& variables) {
    loaded_settings loaded;
    if (const auto file = file_of(arguments, variables)) apply(read_yaml_file(*file), loaded);
    apply(read_environment(variables), loaded);
    apply(arguments.given, loaded);
    check_addresses(loaded);
    check_client_tls(loaded);
    check_upstream_tls(loaded);
    check_authentication(loaded);
    check_one_place(loaded, "upstream.password", loaded.values.upstream.password,
                    loaded.values.upstream.password_file);
    check_one_place(loaded, "admin.token", loaded.values.admin.token, loaded.values.admin.token_file);
    return loaded;
}

}  // namespace pgsidecar::config
