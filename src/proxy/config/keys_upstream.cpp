// upstream, upstream_tls and startup_parameters: the pooler.

#include "proxy/config/key_builders.hpp"
#include "proxy/config/key_groups.hpp"

namespace pgsidecar::config {

using namespace std::chrono_literals;

std::vector<key> upstream_keys() {
    const auto timeout = duration_value(1ms, 24h);
    return {
        list(
            "upstream.address", address_value(), [](auto& s) -> auto& { return s.upstream.addresses; },
            "The pooler, tried in this order; a name stands for all of its addresses, looked up anew for "
            "every "
            "connection. What could not be reached is tried last for 10 s. Every client connection gets one "
            "connection to one of them."),
        secret(
            "upstream.url", "a postgresql:// URL or a connection string of libpq",
            [](auto& s) -> auto& { return s.upstream.url; },
            "The pooler as a URL or connection string: stands for the other keys of upstream and "
            "upstream_tls, as "
            "far as it names them; a key that the same source sets wins over it. Not shown."),
        scalar(
            "upstream.connect_timeout", timeout, [](auto& s) -> auto& { return s.upstream.connect_timeout; },
            "How long looking a name up, and connecting to each address that it stands for, may take."),
        scalar(
            "upstream.connect_attempts", number_value<unsigned>(1, 10),
            [](auto& s) -> auto& { return s.upstream.connect_attempts; },
            "The least number of rounds over all addresses, with a pause of 100 ms to 1 s between two, "
            "before a client is refused."),
        scalar(
            "upstream.connect_patience", duration_value(0ms, 24h),
            [](auto& s) -> auto& { return s.upstream.connect_patience; },
            "How long a new client waits for an upstream that is away, such as a pooler that restarts: its "
            "addresses are tried again and again, for so long and connect_attempts times at least. Then the "
            "client is told 57P03 (cannot_connect_now). pg_isready waits 3 s for an answer."),
        scalar(
            "upstream.negotiates_protocol", switch_value(),
            [](auto& s) -> auto& { return s.upstream.negotiates_protocol; },
            "Whether the pooler understands protocol 3.2 and _pq_. options, which pgBouncer 1.18 refuses. If "
            "false, pgsidecar answers NegotiateProtocolVersion itself and speaks protocol 3.0 to the "
            "pooler."),
        scalar(
            "upstream.pooler",
            choice_value<pooler_kind>({{"pgbouncer-1.18", pooler_kind::pgbouncer_1_18},
                                       {"tracks-requests", pooler_kind::tracks_requests},
                                       {"direct", pooler_kind::direct}}),
            [](auto& s) -> auto& { return s.upstream.pooler; },
            "How it lends its servers. pgbouncer-1.18 takes one back at the end of a transaction, whatever "
            "else "
            "has been sent: outside a transaction block only one Sync or Query is under way. tracks-requests "
            "waits until all is answered (pgBouncer 1.22.1 and later), so that pipelines with many Syncs "
            "need "
            "not "
            "wait. direct is PostgreSQL itself, which keeps what is prepared: for development without a "
            "pooler."),
        scalar(
            "upstream.proxy_protocol", proxy_protocol_value(),
            [](auto& s) -> auto& { return s.upstream.proxy_protocol; },
            "Whether the pooler, or a load balancer in front of it, is sent a PROXY protocol header of "
            "version 2 with the client's address."),
        scalar(
            "upstream.user", text_value("the name of a role"),
            [](auto& s) -> auto& { return s.upstream.user; },
            "The user that pgsidecar logs in as unless authentication passes through; empty: the client's."),
        scalar(
            "upstream.database", text_value("the name of a database"),
            [](auto& s) -> auto& { return s.upstream.database; },
            "The database that pgsidecar logs in to unless authentication passes through; empty: the "
            "client's."),
        secret(
            "upstream.password", "a password", [](auto& s) -> auto& { return s.upstream.password; },
            "The password that pgsidecar logs in with unless authentication passes through. Not shown; "
            "better given as an environment variable or a file."),
        scalar(
            "upstream.password_file", path_value(), [](auto& s) -> auto& { return s.upstream.password_file; },
            "A file that holds that password, such as a mounted Kubernetes secret. Read again on SIGHUP and "
            "when it changes."),

        scalar(
            "upstream_tls.mode",
            choice_value<tls_mode>({{"disable", tls_mode::disable},
                                    {"allow", tls_mode::allow},
                                    {"prefer", tls_mode::prefer},
                                    {"require", tls_mode::require},
                                    {"verify-ca", tls_mode::verify_ca},
                                    {"verify-full", tls_mode::verify_full}}),
            [](auto& s) -> auto& { return s.upstream_tls.mode; },
            "Encryption towards the pooler, as libpq's sslmode; require with a root_certificate is "
            "verify-ca. Only verify-full tells that it is the pooler. Unix sockets are never encrypted."),
        scalar(
            "upstream_tls.negotiation",
            choice_value<tls_negotiation>(
                {{"postgres", tls_negotiation::postgres}, {"direct", tls_negotiation::direct}}),
            [](auto& s) -> auto& { return s.upstream_tls.negotiation; },
            "Whether TLS is asked for with an SSLRequest, or begins at once, which saves a round trip "
            "(PostgreSQL 17 and later; with mode require and above)."),
        scalar(
            "upstream_tls.root_certificate", text_value("the path of a file, or system"),
            [](auto& s) -> auto& { return s.upstream_tls.root_certificate; },
            "Certificates, PEM, of the authorities that may have signed the pooler's; system: those that "
            "this machine trusts. This and the other files are read again on SIGHUP and when they change."),
        scalar(
            "upstream_tls.certificate", path_value(),
            [](auto& s) -> auto& { return s.upstream_tls.certificate; },
            "The certificate that is shown to the pooler, PEM, followed by those between it and its root."),
        scalar(
            "upstream_tls.key", path_value(), [](auto& s) -> auto& { return s.upstream_tls.key; },
            "The key of that certificate, PEM, without a passphrase."),
        scalar(
            "upstream_tls.server_name", text_value("a host name"),
            [](auto& s) -> auto& { return s.upstream_tls.server_name; },
            "The name that is sent as SNI and, with verify-full, looked for in the pooler's certificate; "
            "empty: the host of the address."),
        scalar(
            "upstream_tls.minimum_version", tls_version_value(),
            [](auto& s) -> auto& { return s.upstream_tls.minimum_version; },
            "The oldest version of TLS that is spoken to the pooler."),

        scalar(
            "startup_parameters.unsupported",
            choice_value<unsupported_parameters>({{"strip-harmless", unsupported_parameters::strip_harmless},
                                                  {"strip", unsupported_parameters::strip},
                                                  {"forward", unsupported_parameters::forward},
                                                  {"reject", unsupported_parameters::reject}}),
            [](auto& s) -> auto& { return s.startup_parameters.unsupported; },
            "What happens to a start-up parameter that the pooler does not take, by itself or in options. "
            "strip-harmless: one that changes no results and protects nothing (jit, extra_float_digits, "
            "work_mem and the like) is left out, with a notice to the client and a line in the log; with any "
            "other "
            "(search_path, role, statement_timeout and the like) the client is refused, and told which. "
            "strip: all are "
            "left out like that. forward: passed on all the same. reject: the client is refused."),
        list(
            "startup_parameters.supported", parameter_name_value(),
            [](auto& s) -> auto& { return s.startup_parameters.supported; },
            "Start-up parameters that the pooler takes besides user and database; the default is pgBouncer's "
            "own. "
            "Add those that its ignore_startup_parameters names."),
    };
}

}  // namespace pgsidecar::config
