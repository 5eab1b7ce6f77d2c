#pragma once

#include <string>

#include "proxy/admin/controls.hpp"

namespace pgsidecar::admin {

/// What /metrics says, in Prometheus' text format 0.0.4. docs/metrics.md explains every name.
std::string render_metrics(const net::summary& counts, const condition& now, bool upstream_up,
                           std::size_t max_connections);

}  // namespace pgsidecar::admin
