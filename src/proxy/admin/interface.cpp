#include "proxy/admin/interface.hpp"

#include "proxy/net/log.hpp"

namespace pgsidecar::admin {

namespace {

std::optional<std::int64_t> expiry_of(const std::optional<net::tls_context>& tls) {
    if (!tls || tls->expires() == 0) return std::nullopt;
    return tls->expires();
}

condition condition_of(const net::server& proxy) {
    const auto configuration = proxy.configuration();
    return {.draining = proxy.draining(),
            .reloads = proxy.reloads().successes(),
            .failed_reloads = proxy.reloads().failures(),
            .log_lines_lost = log::lines_lost(),
            .client_certificate_expiry = expiry_of(configuration->client_tls),
            .upstream_certificate_expiry = expiry_of(configuration->upstream_tls)};
}

std::string joined(const std::vector<std::string>& problems) {
    std::string all;
    for (const std::string& problem : problems) all.append(all.empty() ? "" : "; ").append(problem);
    return all;
}

}  // namespace

interface::interface(net::server& proxy)
    : probe_(proxy.context().get_executor()),
      server_(proxy.context(), proxy.reloads().loaded().values.admin, controls_of(proxy)) {
    server_.start();
    proxy.at_end([this] { server_.stop(); });
}

controls interface::controls_of(net::server& proxy) {
    return {
        .collect = [&proxy](net::report_parts parts) { return proxy.collect(parts); },
        .upstream_problem = [this,
                             &proxy] { return probe_.problem(proxy.reloads().loaded().values.upstream); },
        .look = [&proxy] { return condition_of(proxy); },
        .configuration = [&proxy]() -> const config::loaded_settings& { return proxy.reloads().loaded(); },
        .drain = [&proxy] { proxy.drain(); },
        .reload = [&proxy] { return joined(proxy.reload()); }};
}

}  // namespace pgsidecar::admin
