#pragma once

#include <string>

namespace pgsidecar::check {

/// What to do about an error, told by its message; empty where there is nothing to say.
std::string hint_for(const std::string& message);

}  // namespace pgsidecar::check
