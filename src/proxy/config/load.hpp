#pragma once

#include "proxy/config/command_line.hpp"
#include "proxy/config/environment.hpp"
#include "proxy/config/settings.hpp"

#include <map>
#include <string>
#include <vector>

namespace pgsidecar::config {

struct loaded_settings {
    settings values;  // not to be used if there are problems
    std::map<std::string, std::string>
        origins;                        // path of a key -> where its value is from, unless the default
    std::vector<std::string> problems;  // all that is wrong, each with its place
    std::vector<std::string> warnings;
};

// Command line over environment over file over default. Throws nothing that bad input could cause.
loaded_settings load(const command_line& arguments, const environment& variables);

}  // namespace pgsidecar::config
