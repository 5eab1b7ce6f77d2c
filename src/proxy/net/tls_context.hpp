#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

#include "proxy/config/settings.hpp"

namespace pgsidecar::net {

/// ALPN's name for PostgreSQL's protocol (manual: "SSL Session Encryption").
inline constexpr std::string_view alpn_protocol = "postgresql";

/// Longest record that clients are sent, as PostgreSQL's own: libpq before 15.20 and 16.14 does not see that
/// there is more of one behind 8,192 bytes, and waits for the socket.
inline constexpr std::size_t client_record_limit = 8192;

/// Certificates, keys and rules of one leg, as they were read from their files; cheap to copy.
///
/// std::runtime_error, which names the key and the file, if one of them cannot be used.
class tls_context {
public:
    static tls_context for_clients(const config::client_tls_settings& from);
    static tls_context for_upstream(const config::upstream_tls_settings& from);

    SSL_CTX* get() const { return context_.get(); }

    /// When the certificate that is shown to the peer expires, in seconds since 1970; 0 if there is none.
    std::int64_t expires() const;

private:
    explicit tls_context(SSL_CTX* context);

    void set_minimum_version(config::tls_version version);
    void use_certificate(const std::string& section, const std::string& certificate, const std::string& key);
    void trust(const std::string& key, const std::string& authorities);

    std::shared_ptr<SSL_CTX> context_;
};

}  // namespace pgsidecar::net
