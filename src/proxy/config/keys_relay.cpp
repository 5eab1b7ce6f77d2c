// workers, limits, time-outs and statements.

#include "proxy/config/key_builders.hpp"
#include "proxy/config/key_groups.hpp"

namespace pgsidecar::config {

using namespace std::chrono_literals;

std::vector<key> relay_keys() {
    const auto timeout = duration_value(1ms, 24h);
    const auto kernel_timer = whole_seconds_value(1s, 32767s);  // TCP_KEEPIDLE and TCP_KEEPINTVL take no more
    return {
        scalar(
            "workers", workers_value(256), [](auto& s) -> auto& { return s.workers; },
            "Threads that serve connections; auto is one for each processor core that pgsidecar may use."),
        scalar(
            "max_connections", number_value<std::size_t>(1, 100'000),
            [](auto& s) -> auto& { return s.max_connections; },
            "Client connections at a time. One more is refused with PostgreSQL's own error, SQLSTATE 53300."),
        scalar(
            "max_half_open", number_value<std::size_t>(1, 100'000),
            [](auto& s) -> auto& { return s.max_half_open; },
            "Connections at a time that have not logged in and wait for their client. Where there are more, "
            "those that have waited for 10 s are ended with SQLSTATE 53300, the longest waiting first, so "
            "that a flood of them keeps nobody out; where there are more than max_connections as well, at "
            "once."),
        scalar(
            "max_cancel_requests", number_value<std::size_t>(1, 100'000),
            [](auto& s) -> auto& { return s.max_cancel_requests; },
            "Cancel requests at a time. Where there is one more, the oldest that the pooler has not got yet "
            "is "
            "dropped."),
        scalar(
            "max_statements", number_value<std::size_t>(1, 1'000'000),
            [](auto& s) -> auto& { return s.max_statements; },
            "Prepared statements that one client may hold. One more fails with SQLSTATE 53400."),
        scalar(
            "max_statement_memory", size_value(std::size_t{64} << 10, std::size_t{1} << 40),
            [](auto& s) -> auto& { return s.max_statement_memory; },
            "Bytes that the prepared statements of one client may take, each with its text and 512 bytes "
            "more. One more fails with SQLSTATE 53400."),
        scalar(
            "max_worker_statement_memory", size_value(std::size_t{64} << 10, std::size_t{1} << 40),
            [](auto& s) -> auto& { return s.max_worker_statement_memory; },
            "Bytes that the texts of all prepared statements of a worker may take; one that several clients "
            "have counts once. One more fails with SQLSTATE 53400."),
        scalar(
            "login_timeout", timeout, [](auto& s) -> auto& { return s.login_timeout; },
            "How long a client may take from connecting to its first ReadyForQuery."),
        scalar(
            "leave_timeout", timeout, [](auto& s) -> auto& { return s.leave_timeout; },
            "How long each message that a client has sent before it leaves with Terminate may still take. "
            "Then what runs is cancelled, and cut after as long again. What runs for a client that has gone "
            "without Terminate is cancelled after half a second."),
        scalar(
            "drain_timeout", duration_value(0ms, 24h), [](auto& s) -> auto& { return s.drain_timeout; },
            "How long sessions may take after SIGTERM to come to the end of their transaction."),
        scalar(
            "shutdown_timeout", duration_value(0ms, 24h), [](auto& s) -> auto& { return s.shutdown_timeout; },
            "How long connections that are being ended may take, after drain_timeout, before they are cut."),

        scalar(
            "tcp_keepalive.enabled", switch_value(), [](auto& s) -> auto& { return s.tcp_keepalive.enabled; },
            "Whether idle TCP connections, to clients and to the pooler, are probed."),
        scalar(
            "tcp_keepalive.idle", kernel_timer, [](auto& s) -> auto& { return s.tcp_keepalive.idle; },
            "Silence before the first probe."),
        scalar(
            "tcp_keepalive.interval", kernel_timer, [](auto& s) -> auto& { return s.tcp_keepalive.interval; },
            "Time between two probes."),
        scalar(
            "tcp_keepalive.count", number_value<unsigned>(1, 127),
            [](auto& s) -> auto& { return s.tcp_keepalive.count; },
            "Unanswered probes after which a connection is given up."),
        scalar(
            "tcp_user_timeout", user_timeout_value(24h),
            [](auto& s) -> auto& { return s.tcp_keepalive.user_timeout; },
            "How long what was sent to a client or to the pooler may stay unacknowledged before the "
            "connection is given up, which the keepalive does not see to. auto: tcp_keepalive's idle + "
            "interval * count, or nothing while that is switched off; 0: as long as the kernel tries."),

        scalar(
            "result_shape_check",
            choice_value<shape_check>({{"strict", shape_check::strict},
                                       {"optimistic", shape_check::optimistic},
                                       {"off", shape_check::off}}),
            [](auto& s) -> auto& { return s.result_shape_check; },
            "Whether a statement whose result columns have changed since it was prepared fails as in "
            "PostgreSQL "
            "(0A000, cached plan must not change result type). strict: nothing is committed before that is "
            "known, which costs INSERT ... RETURNING and the like a round trip in autocommit; plain queries "
            "and "
            "transaction blocks wait for nothing. optimistic: no commit waits; a change that is found too "
            "late "
            "is reported as 40003 (statement_completion_unknown)."),
        scalar(
            "max_statement_size", size_value(std::size_t{1} << 10, std::size_t{1} << 30),
            [](auto& s) -> auto& { return s.max_statement_size; },
            "Size of a message with a query text. A larger one passes, but its text is not kept for use in a "
            "later transaction."),
    };
}

}  // namespace pgsidecar::config
