#pragma once

#include "proxy/config/key.hpp"

#include <vector>

// The table of keys, in the order in which files and documentation show them, by subject.
namespace pgsidecar::config {

std::vector<key> client_keys();     // keys_client.cpp: listen, client_tls, auth
std::vector<key> upstream_keys();   // keys_upstream.cpp: upstream, upstream_tls, startup_parameters
std::vector<key> relay_keys();      // keys_relay.cpp: workers, limits, time-outs, statements
std::vector<key> operation_keys();  // keys_operation.cpp: admin, log

}  // namespace pgsidecar::config
