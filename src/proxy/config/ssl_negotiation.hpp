#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pgsidecar::config {

/// Takes the parameter sslnegotiation, which libpq knows since PostgreSQL 17 only, out of a connection
/// string, and returns its value.
std::optional<std::string> take_ssl_negotiation(std::string& text);

/// postgresql:// or postgres://
bool is_url(std::string_view text);

}  // namespace pgsidecar::config
