#pragma once

#include "fuzz/support/input.hpp"
#include "proxy/session/session_options.hpp"

namespace pgsidecar::fuzz {

/// Feeds a session any bytes from client and server, whole and cut, and compares what it sends.
void play_raw(input& in, session_options options);

}  // namespace pgsidecar::fuzz
