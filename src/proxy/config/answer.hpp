#pragma once

#include "proxy/config/load.hpp"

#include <iosfwd>
#include <optional>

namespace pgsidecar::config {

// Answers what the command line asks for instead of running, and every problem of the configuration. Returns
// the exit status to stop with, 2 for a bad configuration, or nothing if the proxy is to run. Warnings are
// then the caller's to log.
std::optional<int> answer(const command_line& arguments, const loaded_settings& loaded, std::ostream& out,
                          std::ostream& err);

}  // namespace pgsidecar::config
