#include "proxy/net/tls_channel.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cerrno>
#include <cstring>
#include <new>

namespace pgsidecar::net {

namespace {

namespace asio = boost::asio;
using record = std::array<char, SSL3_RT_MAX_PLAIN_LENGTH>;

bool is_address(const std::string& host) {
    error_code not_numeric;
    asio::ip::make_address(host, not_numeric);
    return !not_numeric;
}

/// Errors are read from two places, which keep what came before.
void forget_errors() {
    ERR_clear_error();
    errno = 0;
}

/// With the hash of the certificate's signature, or SHA-256 where that is older or unknown.
std::string hash_of(const X509* certificate) {
    int digest = NID_undef;
    if (!certificate ||
        X509_get_signature_info(const_cast<X509*>(certificate), &digest, nullptr, nullptr, nullptr) != 1)
        return {};
    const EVP_MD* hash = digest == NID_md5 || digest == NID_sha1 ? EVP_sha256() : EVP_get_digestbynid(digest);
    if (!hash) return {};
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    if (X509_digest(certificate, hash, bytes.data(), &size) != 1) return {};
    return {reinterpret_cast<char*>(bytes.data()), size};
}

std::size_t gather(std::span<const iovec> pieces, std::span<char> to) {
    std::size_t size = 0;
    for (const iovec& piece : pieces) {
        const std::size_t n = std::min(piece.iov_len, to.size() - size);
        std::memcpy(to.data() + size, piece.iov_base, n);
        size += n;
        if (size == to.size()) break;
    }
    return size;
}

}  // namespace

tls_channel::tls_channel(const tls_context& context, int descriptor)
    : ssl_(SSL_new(context.get()), SSL_free), record_limit_(client_record_limit) {
    if (!ssl_ || SSL_set_fd(ssl_.get(), descriptor) != 1) throw std::bad_alloc();
    SSL_set_accept_state(ssl_.get());
}

tls_channel::tls_channel(const tls_context& context, int descriptor, const peer_name& upstream)
    : tls_channel(context, descriptor) {
    SSL* const ssl = ssl_.get();
    SSL_set_connect_state(ssl);
    record_limit_ = SSL3_RT_MAX_PLAIN_LENGTH;
    std::string offered(1, static_cast<char>(alpn_protocol.size()));
    offered += alpn_protocol;
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(offered.data()),
                        static_cast<unsigned int>(offered.size()));
    const bool numeric = is_address(upstream.host);
    if (!numeric && !upstream.host.empty()) SSL_set_tlsext_host_name(ssl, upstream.host.c_str());
    if (!upstream.verified) return;
    X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const int set = numeric ? X509_VERIFY_PARAM_set1_ip_asc(rules, upstream.host.c_str())
                            : X509_VERIFY_PARAM_set1_host(rules, upstream.host.data(), upstream.host.size());
    if (set != 1) throw std::bad_alloc();
}

tls_channel::step tls_channel::handshake() {
    forget_errors();
    return outcome(SSL_do_handshake(ssl_.get()));
}

tls_channel::step tls_channel::read(std::span<char> room) {
    forget_errors();
    std::size_t n = 0;
    step taken = outcome(SSL_read_ex(ssl_.get(), room.data(), room.size(), &n));
    taken.bytes = n;
    return taken;
}

bool tls_channel::has_more() const { return SSL_has_pending(ssl_.get()) == 1; }

tls_channel::step tls_channel::write(std::span<const iovec> pieces) {
    static thread_local record gathered;
    std::span<const char> bytes(unsent_);
    if (unsent_.empty())
        bytes = std::span(gathered).first(gather(pieces, std::span(gathered).first(record_limit_)));
    forget_errors();
    std::size_t n = 0;
    step taken = outcome(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &n));
    taken.bytes = n;
    if (taken.until == wait::nothing)
        unsent_ = {};
    else if (unsent_.empty())
        unsent_.assign(bytes.begin(), bytes.end());
    return taken;
}

void tls_channel::close_notify() {
    forget_errors();
    SSL_shutdown(ssl_.get());
}

tls_channel::step tls_channel::outcome(int result) {
    const int system = errno;
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_NONE: return {};
        case SSL_ERROR_WANT_READ: return {.until = wait::readable, .ec = {}};
        case SSL_ERROR_WANT_WRITE: return {.until = wait::writable, .ec = {}};
        case SSL_ERROR_ZERO_RETURN: return {.ec = asio::error::eof};
        case SSL_ERROR_SYSCALL:
            if (system == 0) return {.ec = asio::error::eof};
            return {.ec = error_code(system, boost::system::system_category())};
        default:
            return {.ec = error_code(static_cast<int>(ERR_get_error()), asio::error::get_ssl_category())};
    }
}

std::string tls_channel::failure(const error_code& ec) const {
    const long verdict = SSL_get_verify_result(ssl_.get());
    if (verdict == X509_V_OK) return ec == asio::error::eof ? "the peer closed the connection" : ec.message();
    return std::string("certificate verify failed: ") + X509_verify_cert_error_string(verdict);
}

bool tls_channel::has_alpn() const {
    const unsigned char* chosen = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &chosen, &size);
    return size > 0;
}

const char* tls_channel::version() const { return SSL_get_version(ssl_.get()); }

const char* tls_channel::cipher() const { return SSL_get_cipher_name(ssl_.get()); }

std::string tls_channel::common_name() const {
    const X509* peer = SSL_get0_peer_certificate(ssl_.get());
    if (!peer) return {};
    X509_NAME* const subject = X509_get_subject_name(peer);
    const int last = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (last < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, last) >= 0) return {};
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
    if (size < 0) return {};
    std::string name(reinterpret_cast<char*>(text), static_cast<std::size_t>(size));
    OPENSSL_free(text);
    return name.find('\0') == name.npos ? name : std::string();
}

std::string tls_channel::own_certificate_hash() const { return hash_of(SSL_get_certificate(ssl_.get())); }

std::string tls_channel::peer_certificate_hash() const {
    return hash_of(SSL_get0_peer_certificate(ssl_.get()));
}

}  // namespace pgsidecar::net
