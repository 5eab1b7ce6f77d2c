// listen, client_tls and auth: who may connect, and how.

#include "proxy/config/key_builders.hpp"
#include "proxy/config/key_groups.hpp"

namespace pgsidecar::config {

std::vector<key> client_keys() {
    return {
        list(
            "listen", address_value(), [](auto& s) -> auto& { return s.listen; },
            "Where clients connect; at least one address."),
        scalar(
            "proxy_protocol", proxy_protocol_value(), [](auto& s) -> auto& { return s.proxy_protocol; },
            "Whether clients come through a load balancer that sends a PROXY protocol header of version 2 "
            "first. It is then required of every TCP connection, and the address in it is the client's; "
            "switch it on only where nobody else can connect."),

        scalar(
            "client_tls.mode",
            choice_value<client_tls_mode>({{"disable", client_tls_mode::disable},
                                           {"allow", client_tls_mode::allow},
                                           {"require", client_tls_mode::require}}),
            [](auto& s) -> auto& { return s.client_tls.mode; },
            "Whether TCP clients may or must encrypt, with an SSLRequest or directly "
            "(sslnegotiation=direct). Unix sockets are never encrypted."),
        scalar(
            "client_tls.certificate", path_value(), [](auto& s) -> auto& { return s.client_tls.certificate; },
            "The certificate that is shown to clients, PEM, followed by those between it and its root. This "
            "and the other files are read again on SIGHUP and when they change."),
        scalar(
            "client_tls.key", path_value(), [](auto& s) -> auto& { return s.client_tls.key; },
            "The key of that certificate, PEM, without a passphrase."),
        scalar(
            "client_tls.client_ca", path_value(), [](auto& s) -> auto& { return s.client_tls.client_ca; },
            "Certificates, PEM, of the authorities that may have signed a client's."),
        scalar(
            "client_tls.client_certificate",
            choice_value<enum client_certificate>({{"none", client_certificate::none},
                                                   {"verify-ca", client_certificate::verify_ca},
                                                   {"verify-full", client_certificate::verify_full}}),
            [](auto& s) -> auto& { return s.client_tls.client_certificate; },
            "Whether a client has to show a certificate: none; verify-ca, one of client_ca; verify-full, one "
            "whose common name is the user, or may be that user by user_map."),
        list(
            "client_tls.user_map", certificate_user_value(),
            [](auto& s) -> auto& { return s.client_tls.user_map; },
            "Users that a certificate's common name may log in as besides its own."),
        scalar(
            "client_tls.minimum_version", tls_version_value(),
            [](auto& s) -> auto& { return s.client_tls.minimum_version; },
            "The oldest version of TLS that a client may speak."),

        scalar(
            "auth.mode",
            choice_value<auth_mode>({{"pass-through", auth_mode::pass_through},
                                     {"trust", auth_mode::trust},
                                     {"scram-sha-256", auth_mode::scram_sha_256}}),
            [](auto& s) -> auto& { return s.auth.mode; },
            "Who checks the client: the upstream, to which everything passes through; nobody, for clients on "
            "loopback and Unix sockets alone (trust); or pgsidecar, by SCRAM-SHA-256 against users_file. In "
            "the last two pgsidecar logs in upstream with credentials of its own."),
        scalar(
            "auth.users_file", path_value(), [](auto& s) -> auto& { return s.auth.users_file; },
            "Users and their secrets in the format of pgBouncer's auth_file: \"user\" \"SCRAM secret or "
            "password\". Read again on SIGHUP and when it changes."),
    };
}

}  // namespace pgsidecar::config
