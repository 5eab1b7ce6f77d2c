#pragma once

#include <string>
#include <vector>

#include "proxy/config/settings.hpp"
#include "proxy/startup/startup_options.hpp"

namespace pgsidecar::net {

/// Who checks the client, and what is logged in with upstream, as the files say now. std::runtime_error,
/// which names key, file and line, if one of them cannot be used.
void read_authentication(const config::settings& from, startup_options& to);

/// The files that this reads; empty names stand for none.
std::vector<std::string> authentication_files(const config::settings& from);

}  // namespace pgsidecar::net
