#include "proxy/config/command_line.hpp"

#include "proxy/config/conninfo.hpp"
#include "proxy/config/environment.hpp"
#include "proxy/config/quote.hpp"
#include "proxy/config/value.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace pgsidecar::config {
namespace {

constexpr const char* description =
    "A proxy between a PostgreSQL client and a pooler in transaction mode, so that prepared statements work.";

constexpr const char* footer =
    "pgsidecar check URL tries out a pooler, or a running sidecar; pgsidecar check --help says more.\n"
    "Every key of the configuration is also an environment variable, PGSIDECAR_ and its path: "
    "upstream.connect_timeout\n"
    "is PGSIDECAR_UPSTREAM_CONNECT_TIMEOUT. The command line wins over the environment, the environment over "
    "the file.";

// Texts of one option, for the key that it sets.
void give(given_values& to, const char* option, const char* path, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    given_value value{find_key(path), {}, option, "command line"};
    for (const auto& text : texts) value.texts.push_back({text, option});
    to.values.push_back(std::move(value));
}

// Addresses, or one URL.
void give_upstream(given_values& to, const std::vector<std::string>& texts) {
    const bool has_url = std::ranges::any_of(texts, is_conninfo);
    give(to, "--upstream", has_url ? "upstream.url" : "upstream.address", texts);
    if (has_url && texts.size() > 1)
        to.problems.push_back(
            "--upstream: a URL stands alone; it may name several hosts, separated by commas");
}

command_line::request request_of(bool version, bool print, bool check) {
    using request = command_line::request;
    if (version) return request::version;
    if (print) return request::print_config;
    return check ? request::check_config : request::run;
}

}  // namespace

command_line parse_command_line(int argc, const char* const* argv) {
    command_line result;
    std::vector<std::string> listen, upstream, admin, level, file;
    bool version = false, print = false, check = false;

    CLI::App app{description, "pgsidecar"};
    app.footer(footer);
    app.allow_extras();  // complained about below, all of them
    const auto add = [&](const char* name, std::vector<std::string>& texts, const char* type,
                         const std::string& help) {
        return app.add_option(name, texts, help)->type_name(type)->expected(1)->allow_extra_args(false);
    };
    add("--listen", listen, "ADDRESS",
        "Accept clients here: host:port, [IPv6]:port or unix:/path; repeatable")
        ->take_all();
    add("--upstream", upstream, "ADDRESS",
        "The pooler: host:port, [IPv6]:port or unix:/path; repeatable, the next where one cannot be reached; "
        "or "
        "a postgresql:// URL (upstream.url)")
        ->take_all();
    add("--admin", admin, "ADDRESS",
        "Serve metrics, health and the status page here; a port alone: on 127.0.0.1");
    add("--log-level", level, "LEVEL", find_key("log.level")->accepts);
    add("--config", file, "FILE",
        std::string("Read this YAML file; default: what $") + file_variable + " names");
    app.add_flag("--check-config", check, "Check the configuration and stop");
    app.add_flag("--print-config", print,
                 "Print the configuration in effect, and where each value is from, and stop");
    app.add_flag("--version", version, "Print the version and stop");

    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        result.asked = command_line::request::help;
        result.help = app.help();
        return result;
    } catch (const CLI::ParseError& error) { result.given.problems.push_back(error.what()); }
    for (const auto& extra : app.remaining())
        result.given.problems.push_back("unknown argument: " + quote(extra));
    result.asked = request_of(version, print, check);
    if (!file.empty()) result.config_file = file.back();
    give(result.given, "--listen", "listen", listen);
    give_upstream(result.given, upstream);
    for (auto& text : admin)
        if (parse_number(text, 1, 65535)) text.insert(0, "127.0.0.1:");
    give(result.given, "--admin", "admin.listen", admin);
    give(result.given, "--log-level", "log.level", level);
    return result;
}

}  // namespace pgsidecar::config
