#include "proxy/admin/metric_families.hpp"

namespace pgsidecar::admin {
namespace {

constexpr double nanosecond = 1e-9;

MetricFamily family(std::string name, std::string help, prometheus::MetricType type) {
    return {std::move(name), std::move(help), type, {}};
}

}  // namespace

MetricFamily counter(std::string name, std::string help, const std::vector<series>& all) {
    MetricFamily out = family(std::move(name), std::move(help), prometheus::MetricType::Counter);
    for (const series& each : all) {
        out.metric.emplace_back().label = each.labels;
        out.metric.back().counter.value = each.value;
    }
    return out;
}

MetricFamily gauge(std::string name, std::string help, const std::vector<series>& all) {
    MetricFamily out = family(std::move(name), std::move(help), prometheus::MetricType::Gauge);
    for (const series& each : all) {
        out.metric.emplace_back().label = each.labels;
        out.metric.back().gauge.value = each.value;
    }
    return out;
}

MetricFamily histogram(std::string name, std::string help, const net::histogram& of) {
    MetricFamily out = family(std::move(name), std::move(help), prometheus::MetricType::Histogram);
    prometheus::ClientMetric::Histogram& into = out.metric.emplace_back().histogram;
    for (std::size_t i = 0; i < of.counts().size(); ++i) {
        into.sample_count += of.counts()[i];
        if (i < net::histogram::bounds.size())
            into.bucket.push_back(
                {into.sample_count, static_cast<double>(net::histogram::bounds[i]) * nanosecond});
    }
    into.sample_sum = static_cast<double>(of.sum()) * nanosecond;
    return out;
}

}  // namespace pgsidecar::admin
