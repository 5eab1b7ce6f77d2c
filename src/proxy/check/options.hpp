#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace pgsidecar::check {

struct options {
    std::string url;
    bool json = false;
    bool may_write = true;
    bool as_is = false;  ///< trials on the address itself, without a sidecar of ours
    std::chrono::milliseconds timeout{10'000};
};

/// What to print, and to stop with.
struct usage {
    int exit_status;
    std::string text;
};

/// Of what follows "pgsidecar check".
struct parsed_options {
    options values;
    std::optional<usage> stop;
};
parsed_options parse_options(int argc, const char* const* argv);

}  // namespace pgsidecar::check
