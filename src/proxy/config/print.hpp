#pragma once

#include "proxy/config/load.hpp"

#include <string>

namespace pgsidecar::config {

// The configuration in effect as YAML, each key with where its value is from.
std::string print_config(const loaded_settings& loaded);

// config/pgsidecar.reference.yaml: every key with its meaning and default.
std::string print_reference();

// The keys as docs/configuration.md shows them.
std::string print_documentation();

}  // namespace pgsidecar::config
