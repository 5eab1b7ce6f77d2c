#pragma once

#include "proxy/config/address.hpp"

namespace pgsidecar::admin {

/// Whether a pgsidecar that is draining answers there: /readyz says so. Waits a second for the answer at
/// most.
bool predecessor_drains_at(const config::address& at);

}  // namespace pgsidecar::admin
