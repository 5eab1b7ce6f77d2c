#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string_view>

namespace pgsidecar::fuzz {

/// Says what has happened so far, when something does not hold.
inline std::function<void()> explain;

/// Ends the program where a fuzzer sees it, in every build type.
inline void check(bool holds, std::string_view what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
    if (explain) explain();
    std::abort();
}

}  // namespace pgsidecar::fuzz
