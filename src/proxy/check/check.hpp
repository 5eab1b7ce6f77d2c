#pragma once

namespace pgsidecar::check {

/// `pgsidecar check`: arguments from there on. Returns the exit status.
int run(int argc, const char* const* argv);

}  // namespace pgsidecar::check
