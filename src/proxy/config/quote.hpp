#pragma once

#include <string>
#include <string_view>

namespace pgsidecar::config {

// In single quotes for a message: on one line and not endless. What may hold a password (a URL, a connection
// string) is not repeated at all.
std::string quote(std::string_view text);

// As a YAML scalar that is read back as this very text, quoted only where it must be.
std::string yaml_scalar(std::string_view text);

}  // namespace pgsidecar::config
