#include "proxy/check/options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>

namespace pgsidecar::check {

namespace {

constexpr const char* description =
    "Looks at a pooler (or a running sidecar), then runs through pgsidecar what an application would: "
    "prepared\n"
    "statements, a migration, CRUD, errors. What it makes is in a schema of its own, which it removes.";

constexpr const char* url_help =
    "postgresql:// URL or \"host=… port=…\" of the pooler or of a running sidecar; default: "
    "$PGSIDECAR_UPSTREAM_URL";

constexpr const char* footer =
    "A password is better kept out of the URL: in $PGPASSWORD, or the whole URL in $PGSIDECAR_UPSTREAM_URL.\n"
    "Exit status: 0 all right, 1 something failed, 2 wrong usage or no connection.";

constexpr int wrong_usage = 2;

}  // namespace

parsed_options parse_options(int argc, const char* const* argv) {
    parsed_options parsed;
    options& values = parsed.values;
    bool no_write = false;
    double seconds = 10;

    CLI::App app{description, "pgsidecar check"};
    app.footer(footer);
    app.add_option("URL", values.url, url_help)->type_name("");
    app.add_flag("--json", values.json, "Print one JSON object");
    app.add_flag("--no-write", no_write, "Leave out what needs CREATE");
    app.add_flag(
        "--as-is", values.as_is,
        "Run the trials on the address itself, not through a sidecar; so done by itself if it is one");
    app.add_option("--timeout", seconds, "Seconds that connecting, and each answer, may take; default 10")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.1, 3600.0));
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        parsed.stop = usage{0, app.help()};
    } catch (const CLI::ExtrasError&) {
        parsed.stop =
            usage{wrong_usage, "pgsidecar check: an unknown option, or more than one URL; see --help\n"};
    } catch (const CLI::ParseError& error) {
        parsed.stop = usage{wrong_usage, "pgsidecar check: " + std::string(error.what()) + "\n"};
    }
    const char* from_environment = std::getenv("PGSIDECAR_UPSTREAM_URL");
    if (values.url.empty() && from_environment) values.url = from_environment;
    if (values.url.empty() && !parsed.stop)
        parsed.stop = usage{wrong_usage, "pgsidecar check: needs a URL; see --help\n"};
    values.may_write = !no_write;
    values.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    return parsed;
}

}  // namespace pgsidecar::check
