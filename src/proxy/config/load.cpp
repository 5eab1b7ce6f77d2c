#include "proxy/config/load.hpp"

#include "proxy/config/quote.hpp"
#include "proxy/config/yaml_file.hpp"

#include <algorithm>
#include <iterator>

namespace pgsidecar::config {
namespace {

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

void apply(const given_value& given, loaded_settings& to) {
    std::vector<std::string> texts;
    for (const auto& item : given.texts) texts.push_back(item.text);
    for (const auto index : given.target->assign(to.values, texts)) {
        const auto& item = given.texts[index];
        to.problems.push_back(item.where + ": " + quote(item.text) +
                              " is not accepted (accepted: " + given.target->accepts + ")");
    }
    to.origins[given.target->path] = given.origin;
}

void apply(const given_values& source, loaded_settings& to) {
    append(to.problems, source.problems);
    append(to.warnings, source.warnings);
    for (const auto& given : source.values) apply(given, to);
}

std::optional<std::string> file_of(const command_line& arguments, const environment& variables) {
    if (arguments.config_file) return arguments.config_file;
    const auto variable = variables.find(file_variable);
    return variable == variables.end() ? std::nullopt : std::optional(variable->second);
}

// What no single key can tell.
void check_addresses(loaded_settings& loaded) {
    const auto& listen = loaded.values.listen;
    const auto complain = [&](const std::string& what) {
        const auto origin = loaded.origins.find("listen");
        loaded.problems.push_back((origin == loaded.origins.end() ? "" : origin->second + ": ") +
                                  "listen: " + what);
    };
    if (listen.empty()) complain("at least one address is needed");
    for (auto one = listen.begin(); one != listen.end(); ++one) {
        if (std::find(listen.begin(), one, *one) != one) complain(to_string(*one) + " stands there twice");
        if (*one == loaded.values.upstream.address) complain(to_string(*one) + " is upstream.address too");
    }
}

}  // namespace

loaded_settings load(const command_line& arguments, const environment& variables) {
    loaded_settings loaded;
    if (const auto file = file_of(arguments, variables)) apply(read_yaml_file(*file), loaded);
    apply(read_environment(variables), loaded);
    apply(arguments.given, loaded);
    check_addresses(loaded);
    return loaded;
}

}  // namespace pgsidecar::config
