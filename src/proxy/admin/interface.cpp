#include "proxy/admin/interface.hpp"

namespace pgsidecar::admin {

interface::interface(net::server& proxy, const config::loaded_settings& loaded)
    : loaded_(loaded),
      probe_(proxy.context().get_executor()),
      server_(proxy.context(), loaded.values.admin, controls_of(proxy)) {
    server_.start();
    proxy.at_end([this] { server_.stop(); });
}

controls interface::controls_of(net::server& proxy) {
    return {.collect = [&proxy](net::report_parts parts) { return proxy.collect(parts); },
            .upstream_problem = [this] { return probe_.problem(loaded_.values.upstream); },
            .look = [&proxy] { return condition{.draining = proxy.draining()}; },
            .configuration = [this]() -> const config::loaded_settings& { return loaded_; },
            .drain = [&proxy] { proxy.stop(); },
            .reload = [] { return std::string("not yet"); }};
}

}  // namespace pgsidecar::admin
