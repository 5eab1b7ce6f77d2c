// admin and log.

#include "proxy/config/key_builders.hpp"
#include "proxy/config/key_groups.hpp"

namespace pgsidecar::config {

std::vector<key> operation_keys() {
    return {
        list(
            "admin.listen", address_value(), [](auto& s) -> auto& { return s.admin.listen; },
            "Where the admin interface listens: metrics, health, sessions, statements, configuration, drain, "
            "reload and the status page; nowhere by default."),
        list(
            "admin.metrics_listen", address_value(), [](auto& s) -> auto& { return s.admin.metrics_listen; },
            "Where /metrics, /healthz and /readyz alone are served, for a Prometheus and a kubelet that come "
            "from outside; nowhere by default."),
        secret(
            "admin.token", "a token", [](auto& s) -> auto& { return s.admin.token; },
            "What callers that are not on loopback have to send as Authorization: Bearer to see or do more "
            "than metrics and health. Not shown; without a token they may not."),
        scalar(
            "admin.token_file", path_value(), [](auto& s) -> auto& { return s.admin.token_file; },
            "A file that holds that token. Read again on SIGHUP and when it changes."),
        scalar(
            "admin.show_sql", switch_value(), [](auto& s) -> auto& { return s.admin.show_sql; },
            "Whether /statements shows the texts of statements, which may hold what an application has put "
            "into them. Parameter values are never shown."),

        scalar(
            "log.level",
            choice_value<log_level>({{"trace", log_level::trace},
                                     {"debug", log_level::debug},
                                     {"info", log_level::info},
                                     {"warn", log_level::warn},
                                     {"error", log_level::error},
                                     {"off", log_level::off}}),
            [](auto& s) -> auto& { return s.log.level; },
            "The least important level that is written to stderr. Nothing is written per query above debug."),
        scalar(
            "log.format", choice_value<log_format>({{"text", log_format::text}, {"json", log_format::json}}),
            [](auto& s) -> auto& { return s.log.format; }, "The form of a line."),
    };
}

}  // namespace pgsidecar::config
