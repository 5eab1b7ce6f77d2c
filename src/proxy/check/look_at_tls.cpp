#include "proxy/check/inspection.hpp"

namespace pgsidecar::check {

namespace {

std::string verification(const config::upstream_tls_settings& tls) {
    using config::tls_mode;
    if (tls.mode == tls_mode::verify_full) return "certificate and host name verified";
    if (tls.root_certificate.empty() && tls.mode != tls_mode::verify_ca) return "certificate not verified";
    return "certificate verified, host name not";
}

}  // namespace

void look_at_tls(inspection& at) {
    const auto session = at.connect().tls();
    const bool verified = at.to.for_sidecar.upstream_tls.mode == config::tls_mode::verify_full;
    if (!session && at.to.local) return at.out.add({"TLS", status::ok, "none; the address is on this host"});
    if (!session)
        return at.out.add({"TLS", status::warn, "none: passwords and data can be read on the way",
                           "sslmode=verify-full with sslrootcert, if the server has TLS."});
    const finding found{
        "TLS", verified || at.to.local ? status::ok : status::warn,
        session->version + ", " + session->cipher + ", " + verification(at.to.for_sidecar.upstream_tls)};
    if (found.is == status::ok) return at.out.add(found);
    at.out.add(
        {found.name, found.is, found.detail,
         "Only sslmode=verify-full with sslrootcert tells that it is the server, and nobody between."});
}

}  // namespace pgsidecar::check
