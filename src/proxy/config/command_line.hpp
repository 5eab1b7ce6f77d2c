#pragma once

#include "proxy/config/given.hpp"

#include <optional>
#include <string>

namespace pgsidecar::config {

struct command_line {
    enum class request { run, help, version, check_config, print_config };

    request asked = request::run;
    std::string help;
    std::optional<std::string> config_file;
    given_values given;
};

command_line parse_command_line(int argc, const char* const* argv);

}  // namespace pgsidecar::config
