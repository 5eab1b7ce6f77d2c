#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace pgsidecar::admin {

/// The process_… metrics that every Prometheus client has (client library guidelines, "Process metrics"),
/// from /proc and getrlimit; those that cannot be read are left out.
std::vector<prometheus::MetricFamily> process_metrics();

}  // namespace pgsidecar::admin
