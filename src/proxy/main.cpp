#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>

#include "proxy/admin/interface.hpp"
#include "proxy/check/check.hpp"
#include "proxy/config/answer.hpp"
#include "proxy/config/command_line.hpp"
#include "proxy/config/environment.hpp"
#include "proxy/config/load.hpp"
#include "proxy/net/log.hpp"
#include "proxy/net/server.hpp"

using namespace pgsidecar;
using namespace std::string_view_literals;

namespace {

/// How long the last lines may take at the end.
constexpr std::chrono::seconds log_patience{1};

void log_start(const config::loaded_settings& loaded) {
    for (const std::string& warning : loaded.warnings)
        log::event(log::level::warn, log::no_session, "configuration", {{"warning", warning}});
    log::event(log::level::info, log::no_session, "pgsidecar starts",
               {{"version", PGSIDECAR_VERSION},
                {"upstream", config::to_string(loaded.values.upstream.addresses.front())}});
}

int run(int argc, char** argv) {
    const config::command_line arguments = config::parse_command_line(argc, argv);
    const config::loaded_settings loaded = config::load(arguments, config::process_environment());
    if (const auto status = config::answer(arguments, loaded, std::cout, std::cerr)) return *status;

    log::set_up(loaded.values.log.level, loaded.values.log.format);
    log_start(loaded);
    net::server server(loaded, [&] { return config::load(arguments, config::process_environment()); });
    const admin::interface admin(server);
    server.run();
    return 0;
}

/// The process ends although nobody reads its log: the thread that writes it is left where it is.
void end_log(int status) {
    if (!log::flush(log_patience)) std::_Exit(status);
    log::close();
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc > 1 && argv[1] == "check"sv) return check::run(argc - 1, argv + 1);
    const int status = run(argc, argv);
    end_log(status);
    return status;
} catch (const std::exception& failure) {
    end_log(1);
    std::cerr << "pgsidecar: " << failure.what() << '\n';
    return 1;
}
