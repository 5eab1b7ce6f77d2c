#pragma once

#include <prometheus/metric_family.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "proxy/net/statistics.hpp"

namespace pgsidecar::admin {

using prometheus::MetricFamily;

/// One series of a family: its labels and value.
struct series {
    std::vector<prometheus::ClientMetric::Label> labels;
    double value = 0;
};

MetricFamily counter(std::string name, std::string help, const std::vector<series>& all);
MetricFamily gauge(std::string name, std::string help, const std::vector<series>& all);
MetricFamily histogram(std::string name, std::string help, const net::histogram& of);

/// One series for each kind, in the order of the enum.
template <class Kind, std::size_t N>
std::vector<series> by(const std::string& label, const char* const (&names)[N],
                       const tally<Kind, N>& counts) {
    std::vector<series> all;
    for (std::size_t i = 0; i < N; ++i)
        all.push_back({{{label, names[i]}}, static_cast<double>(counts[static_cast<Kind>(i)])});
    return all;
}

/// The one series of a family without labels.
inline std::vector<series> alone(double value) { return {{{}, value}}; }
inline std::vector<series> alone(std::uint64_t value) { return alone(static_cast<double>(value)); }

}  // namespace pgsidecar::admin
