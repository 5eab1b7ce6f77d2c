#pragma once

#include "proxy/config/given.hpp"

#include <map>
#include <optional>
#include <string>

namespace pgsidecar::config {

using environment = std::map<std::string, std::string>;

environment process_environment();

// The variable that names the configuration file when the command line does not.
inline constexpr const char* file_variable = "PGSIDECAR_CONFIG";

// Variables of ours that no key knows are a warning only: Kubernetes sets PGSIDECAR_PORT and the like for
// every pod beside a Service named pgsidecar.
given_values read_environment(const environment& variables);

}  // namespace pgsidecar::config
