#include "proxy/admin/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <iterator>

#include "proxy/admin/metric_families.hpp"
#include "proxy/admin/process_metrics.hpp"

namespace pgsidecar::admin {
namespace {

using families = std::vector<MetricFamily>;

void add_clients(families& to, const net::summary& counts, std::size_t max_connections) {
    const net::statistics& all = counts.totals;
    to.push_back(gauge(
        "pgsidecar_sessions", "Client connections by what they do at this moment.",
        by("state", {"starting", "idle", "active", "idle_in_transaction", "leaving"}, counts.sessions)));
    to.push_back(gauge("pgsidecar_max_connections", "Client connections that are served at a time at most.",
                       alone(std::uint64_t{max_connections})));
    to.push_back(
        counter("pgsidecar_connections_total", "Client connections accepted.", alone(all.connections)));
    to.push_back(counter("pgsidecar_logins_total", "Log-ins by result.",
                         by("result", {"ok", "refused", "failed", "timeout"}, all.logins)));
    to.push_back(
        counter("pgsidecar_disconnects_total", "Client connections that have ended, by who ended them.",
                by("reason", {"client", "upstream", "shutdown", "limit", "protocol", "error"}, all.endings)));
    to.push_back(counter("pgsidecar_limits_hit_total", "Clients refused or cut off by a limit.",
                         by("limit",
                            {"max_connections", "max_statements", "max_half_open", "login_timeout",
                             "message_size", "max_cancel_requests"},
                            all.limits_hit)));
    to.push_back(
        counter("pgsidecar_cancel_requests_total", "Cancel requests by what became of them.",
                by("result", {"carried", "joined", "failed", "dropped", "refused"}, all.cancel_requests)));
}

void add_work(families& to, const session_counters& all) {
    to.push_back(
        counter("pgsidecar_transactions_total", "Transactions that have ended.", alone(all.transactions)));
    to.push_back(counter("pgsidecar_queries_total",
                         "Query messages (simple) and Execute messages (extended).",
                         {{{{"protocol", "simple"}}, static_cast<double>(all.queries)},
                          {{{"protocol", "extended"}}, static_cast<double>(all.executes)}}));
    to.push_back(counter(
        "pgsidecar_rewritten_messages_total", "Messages of clients that reached the server in another form.",
        by("message", {"parse", "bind", "describe", "execute", "close"}, all.rewritten_messages)));
    to.push_back(counter("pgsidecar_reparses_total",
                         "Statements parsed again because the transaction had another server.",
                         alone(all.reparses)));
    to.push_back(
        counter("pgsidecar_errors_avoided_total",
                "Errors, and with wrong_statement wrong rows, that the pooler alone could have brought.",
                by("kind", {"duplicate_name", "unknown_name", "wrong_statement"}, all.errors_avoided)));
    to.push_back(counter("pgsidecar_provoked_failures_total",
                         "Errors that clients were owed and that the server was led to.",
                         by("sqlstate", {"26000", "42P05", "08P01", "0A000", "53400", "54000", "54001"},
                            all.provoked_failures)));
    to.push_back(counter("pgsidecar_shape_mismatches_total",
                         "Statements refused since their result columns had changed.",
                         alone(all.shape_mismatches)));
}

void add_traffic(families& to, const net::summary& counts) {
    const net::statistics& all = counts.totals;
    const auto series_of = [](const char* peer, const char* direction, std::uint64_t bytes) -> series {
        return {{{"peer", peer}, {"direction", direction}}, static_cast<double>(bytes)};
    };
    to.push_back(counter(
        "pgsidecar_bytes_total", "Bytes read from (in) and written to (out) peers, without what TLS adds.",
        {series_of("client", "in", all.from_client), series_of("client", "out", all.to_client),
         series_of("upstream", "in", all.from_upstream), series_of("upstream", "out", all.to_upstream)}));
    to.push_back(gauge("pgsidecar_prepared_statements",
                       "Prepared statements of the clients that are connected.",
                       alone(std::uint64_t{counts.prepared_statements})));
    to.push_back(gauge("pgsidecar_statement_text_bytes", "Size of the query texts that are kept for them.",
                       alone(std::uint64_t{counts.statement_text_bytes})));
}

void add_times(families& to, const net::statistics& all) {
    to.push_back(histogram("pgsidecar_first_byte_seconds", "From a request to the first byte of its answer.",
                           all.first_byte));
    to.push_back(
        histogram("pgsidecar_transaction_seconds", "Transactions, as clients see them.", all.transaction));
    to.push_back(histogram("pgsidecar_server_held_seconds",
                           "How long a transaction kept a server of the pooler.", all.server_held));
    to.push_back(histogram("pgsidecar_idle_in_transaction_seconds",
                           "Pauses of clients between two requests of a transaction.",
                           all.idle_in_transaction));
    to.push_back(histogram("pgsidecar_upstream_connect_seconds",
                           "Connecting to the upstream, retries included.", all.upstream_connect));
}

void add_upstream(families& to, const net::statistics& all, bool upstream_up) {
    using net::tls_handshake;
    to.push_back(gauge("pgsidecar_upstream_up",
                       "1 if the upstream took the last connection, for whatever it was.",
                       alone(upstream_up ? 1.0 : 0.0)));
    to.push_back(counter("pgsidecar_upstream_connects_total",
                         "Connections to the upstream, retries included.",
                         by("result", {"ok", "failed"}, all.upstream_connects)));
    const auto series_of = [&](const char* peer, const char* result, tls_handshake kind) -> series {
        return {{{"peer", peer}, {"result", result}}, static_cast<double>(all.tls_handshakes[kind])};
    };
    to.push_back(counter("pgsidecar_tls_handshakes_total", "TLS handshakes by peer and result.",
                         {series_of("client", "ok", tls_handshake::client_ok),
                          series_of("client", "failed", tls_handshake::client_failed),
                          series_of("upstream", "ok", tls_handshake::upstream_ok),
                          series_of("upstream", "failed", tls_handshake::upstream_failed)}));
}

void add_condition(families& to, const condition& now) {
    std::vector<series> expiries;
    const auto add = [&](const char* peer, const std::optional<std::int64_t>& expiry) {
        if (expiry) expiries.push_back({{{"peer", peer}}, static_cast<double>(*expiry)});
    };
    add("client", now.client_certificate_expiry);
    add("upstream", now.upstream_certificate_expiry);
    if (!expiries.empty())
        to.push_back(gauge("pgsidecar_tls_certificate_expiry_timestamp_seconds",
                           "When the certificate shown to a peer expires, in seconds since 1970.", expiries));
    to.push_back(counter("pgsidecar_reloads_total", "Reloads of the configuration by result.",
                         {{{{"result", "ok"}}, static_cast<double>(now.reloads)},
                          {{{"result", "failed"}}, static_cast<double>(now.failed_reloads)}}));
    to.push_back(counter("pgsidecar_log_lines_dropped_total",
                         "Lines of the log that were lost since nobody read it in time.",
                         alone(now.log_lines_lost)));
    to.push_back(gauge("pgsidecar_draining", "1 while clients are let go and none is accepted.",
                       alone(now.draining ? 1.0 : 0.0)));
    to.push_back(gauge("pgsidecar_build_info", "Always 1; the version is a label.",
                       {{{{"version", PGSIDECAR_VERSION}}, 1}}));
}

}  // namespace

std::string render_metrics(const net::summary& counts, const condition& now, bool upstream_up,
                           std::size_t max_connections) {
    families all;
    add_clients(all, counts, max_connections);
    add_work(all, counts.totals.sessions);
    add_traffic(all, counts);
    add_times(all, counts.totals);
    add_upstream(all, counts.totals, upstream_up);
    add_condition(all, now);
    std::ranges::move(process_metrics(), std::back_inserter(all));
    return prometheus::TextSerializer().Serialize(all);
}

}  // namespace pgsidecar::admin
