#pragma once

#include "fuzz/support/input.hpp"

namespace pgsidecar::fuzz {

/// Feeds a session any bytes from client and server, whole and cut, and compares what it sends.
void play_raw(input& in);

}  // namespace pgsidecar::fuzz
