#include "proxy/net/snapshot.hpp"

#include <algorithm>

#include "proxy/net/credentials.hpp"
#include "proxy/net/read_buffer.hpp"

namespace pgsidecar::net {

namespace {

unsupported_parameters unsupported(config::unsupported_parameters setting) {
    switch (setting) {
        case config::unsupported_parameters::strip_harmless: return unsupported_parameters::strip_harmless;
        case config::unsupported_parameters::strip: return unsupported_parameters::strip;
        case config::unsupported_parameters::forward: return unsupported_parameters::forward;
        case config::unsupported_parameters::reject: return unsupported_parameters::reject;
    }
    return unsupported_parameters::strip_harmless;
}

shape_check shape_check_of(config::shape_check configured) {
    switch (configured) {
        case config::shape_check::strict: return shape_check::strict;
        case config::shape_check::optimistic: return shape_check::optimistic;
        case config::shape_check::off: return shape_check::off;
    }
    return shape_check::strict;
}

pooler_kind pooler_of(config::pooler_kind configured) {
    switch (configured) {
        case config::pooler_kind::pgbouncer_1_18: return pooler_kind::pgbouncer_1_18;
        case config::pooler_kind::tracks_requests: return pooler_kind::tracks_requests;
        case config::pooler_kind::direct: return pooler_kind::direct;
    }
    return pooler_kind::pgbouncer_1_18;
}

startup_options startup_from(const config::settings& from) {
    startup_options out;
    out.unsupported = unsupported(from.startup_parameters.unsupported);
    out.supported = from.startup_parameters.supported;
    out.negotiates_protocol = from.upstream.negotiates_protocol;
    read_authentication(from, out);
    return out;
}

session_options session_from(const config::settings& from) {
    return {.pooler = pooler_of(from.upstream.pooler),
            .result_shape = shape_check_of(from.result_shape_check),
            .max_statement_size = from.max_statement_size,
            .max_statements = from.max_statements,
            .max_statement_memory = from.max_statement_memory,
            .max_worker_statement_memory = from.max_worker_statement_memory};
}

/// Room for what servers send as a whole, errors and row descriptions, however short statements have to be.
constexpr std::size_t least_buffer_limit = std::size_t{16} << 20;

std::optional<tls_context> client_tls_from(const config::client_tls_settings& from) {
    if (from.mode == config::client_tls_mode::disable) return std::nullopt;
    return tls_context::for_clients(from);
}

std::optional<tls_context> upstream_tls_from(const config::upstream_tls_settings& from) {
    if (from.mode == config::tls_mode::disable) return std::nullopt;
    return tls_context::for_upstream(from);
}

}  // namespace

snapshot::snapshot(const config::settings& from)
    : settings(from),
      startup(startup_from(from)),
      session(session_from(from)),
      buffer_limit(std::max(least_buffer_limit, from.max_statement_size) + read_buffer::bulk_size),
      client_tls(client_tls_from(from.client_tls)),
      upstream_tls(upstream_tls_from(from.upstream_tls)) {}

std::vector<std::string> files_of(const config::settings& from) {
    const auto& client = from.client_tls;
    const auto& upstream = from.upstream_tls;
    std::vector<std::string> files = authentication_files(from);
    files.insert(files.end(),
                 {client.certificate, client.key, client.client_ca, upstream.certificate, upstream.key});
    if (upstream.root_certificate != "system") files.push_back(upstream.root_certificate);
    std::erase(files, "");
    return files;
}

}  // namespace pgsidecar::net
