#include "proxy/net/service.hpp"

#include <algorithm>

#include "proxy/net/read_buffer.hpp"

namespace pgsidecar::net {

namespace {

unsupported_parameters unsupported(config::unsupported_parameters setting) {
    switch (setting) {
        case config::unsupported_parameters::strip: return unsupported_parameters::strip;
        case config::unsupported_parameters::forward: return unsupported_parameters::forward;
        case config::unsupported_parameters::reject: return unsupported_parameters::reject;
    }
    return unsupported_parameters::strip;
}

startup_options startup_from(const config::settings& from) {
    return {.unsupported = unsupported(from.startup_parameters.unsupported),
            .supported = from.startup_parameters.supported,
            .negotiates_protocol = from.upstream.negotiates_protocol};
}

session_options session_from(const config::settings& from) {
    return {.check_result_shape = from.result_shape_check == config::shape_check::strict,
            .max_statement_size = from.max_statement_size,
            .max_statements = from.max_statements};
}

/// Room for what servers send as a whole, errors and row descriptions, however short statements have to be.
constexpr std::size_t least_buffer_limit = std::size_t{16} << 20;

}  // namespace

service::service(const config::settings& from)
    : settings(from),
      startup(startup_from(from)),
      session(session_from(from)),
      buffer_limit(std::max(least_buffer_limit, from.max_statement_size) + read_buffer::bulk_size),
      places(from.max_connections) {}

}  // namespace pgsidecar::net
