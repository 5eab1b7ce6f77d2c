#pragma once

#include "proxy/config/given.hpp"

#include <string>

namespace pgsidecar::config {

given_values read_yaml_file(const std::string& path);

// The same of a text; `name` stands for the file in messages.
given_values read_yaml(const std::string& text, const std::string& name);

}  // namespace pgsidecar::config
