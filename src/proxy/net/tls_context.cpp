#include "proxy/net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <ctime>
#include <new>
#include <stdexcept>

namespace pgsidecar::net {

namespace {

[[noreturn]] void refuse(const std::string& key, const std::string& file) {
    const unsigned long reason = ERR_peek_last_error();
    const char* text = ERR_SYSTEM_ERROR(reason) ? nullptr : ERR_reason_error_string(reason);
    if (ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_SYS) text = ERR_reason_error_string(ERR_peek_error());
    ERR_clear_error();
    throw std::runtime_error(key + ": " + file + " cannot be used: " + (text ? text : "unknown reason"));
}

/// A key with a passphrase has nobody to ask for it.
int no_passphrase(char*, int, int, void*) { return 0; }

/// A client that names protocols has to name this one, as at PostgreSQL 17.
int select_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
    static const std::string known = static_cast<char>(alpn_protocol.size()) + std::string(alpn_protocol);
    unsigned char* found = nullptr;
    const int outcome =
        SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(known.data()),
                              static_cast<unsigned int>(known.size()), offered, offered_size);
    *chosen = found;
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

tls_context::tls_context(SSL_CTX* context) : context_(context, SSL_CTX_free) {
    if (!context) throw std::bad_alloc();
    // A peer that leaves without close_notify has left all the same; no message of the protocol is cut
    // unseen.
    SSL_CTX_set_options(get(),
                        SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // What is written again after a wait may stand elsewhere; buffers are given back while nothing passes.
    SSL_CTX_set_mode(get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(get(), 1);  // else a record is read in two calls, its header first
    SSL_CTX_set_default_passwd_cb(get(), no_passphrase);
}

tls_context tls_context::for_clients(const config::client_tls_settings& from) {
    tls_context made(SSL_CTX_new(TLS_server_method()));
    made.set_minimum_version(from.minimum_version);
    made.use_certificate("client_tls", from.certificate, from.key);
    SSL_CTX_set_max_send_fragment(made.get(), client_record_limit);
    SSL_CTX_set_alpn_select_cb(made.get(), select_protocol, nullptr);
    SSL_CTX_set_session_cache_mode(made.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(made.get(), 0);  // connections live long: nothing is resumed, as at PostgreSQL
    SSL_CTX_set_options(made.get(), SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (from.client_certificate == config::client_certificate::none) return made;
    made.trust("client_tls.client_ca", from.client_ca);
    SSL_CTX_set_client_CA_list(made.get(), SSL_load_client_CA_file(from.client_ca.c_str()));
    SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return made;
}

/// An authority that is named is asked in every mode, as libpq does.
tls_context tls_context::for_upstream(const config::upstream_tls_settings& from) {
    tls_context made(SSL_CTX_new(TLS_client_method()));
    made.set_minimum_version(from.minimum_version);
    if (!from.certificate.empty()) made.use_certificate("upstream_tls", from.certificate, from.key);
    if (from.root_certificate.empty()) return made;
    made.trust("upstream_tls.root_certificate", from.root_certificate);
    SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER, nullptr);
    return made;
}

void tls_context::set_minimum_version(config::tls_version version) {
    SSL_CTX_set_min_proto_version(get(),
                                  version == config::tls_version::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
}

void tls_context::use_certificate(const std::string& section, const std::string& certificate,
                                  const std::string& key) {
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(get(), certificate.c_str()) != 1)
        refuse(section + ".certificate", certificate);
    if (SSL_CTX_use_PrivateKey_file(get(), key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(get()) != 1)
        refuse(section + ".key", key);
}

void tls_context::trust(const std::string& key, const std::string& authorities) {
    ERR_clear_error();
    const int done = authorities == "system" ? SSL_CTX_set_default_verify_paths(get())
                                             : SSL_CTX_load_verify_file(get(), authorities.c_str());
    if (done != 1) refuse(key, authorities);
}

std::int64_t tls_context::expires() const {
    const X509* shown = SSL_CTX_get0_certificate(get());
    std::tm when{};
    if (!shown || ASN1_TIME_to_tm(X509_get0_notAfter(shown), &when) != 1) return 0;
    return ::timegm(&when);
}

}  // namespace pgsidecar::net
