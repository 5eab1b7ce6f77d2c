#include "proxy/config/key.hpp"

#include "proxy/config/value.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace pgsidecar::config {
namespace {

using namespace std::chrono_literals;

template <class T, class Member>
key scalar(std::string path, value_type<T> type, Member member, std::string meaning) {
    const auto assign = [=](settings& to, const std::vector<std::string>& texts) -> std::vector<std::size_t> {
        const auto value = type.parse(texts.at(0));
        if (!value) return {0};
        member(to) = *value;
        return {};
    };
    const auto print = [=](const settings& from) { return std::vector{type.print(member(from))}; };
    return {std::move(path), std::move(meaning), type.accepts, false, assign, print};
}

template <class T, class Member>
key list(std::string path, value_type<T> type, Member member, std::string meaning) {
    const auto assign = [=](settings& to, const std::vector<std::string>& texts) {
        std::vector<T> values;
        std::vector<std::size_t> refused;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            if (auto value = type.parse(texts[i]))
                values.push_back(*std::move(value));
            else
                refused.push_back(i);
        }
        if (refused.empty()) member(to) = std::move(values);
        return refused;
    };
    const auto print = [=](const settings& from) {
        std::vector<std::string> texts;
        for (const auto& value : member(from)) texts.push_back(type.print(value));
        return texts;
    };
    return {std::move(path), std::move(meaning), "a list of " + type.accepts, true, assign, print};
}

std::vector<key> all_keys() {
    const auto timeout = duration_value(1ms, 24h);
    const auto kernel_timer = whole_seconds_value(1s, 32767s);  // TCP_KEEPIDLE and TCP_KEEPINTVL take no more
    return {
        list(
            "listen", address_value(), [](auto& s) -> auto& { return s.listen; },
            "Where clients connect; at least one address."),

        scalar(
            "upstream.address", address_value(), [](auto& s) -> auto& { return s.upstream.address; },
            "The pooler. Every client connection gets one connection to it."),
        scalar(
            "upstream.connect_timeout", timeout, [](auto& s) -> auto& { return s.upstream.connect_timeout; },
            "How long connecting to the pooler may take, names looked up included."),
        scalar(
            "upstream.negotiates_protocol", switch_value(),
            [](auto& s) -> auto& { return s.upstream.negotiates_protocol; },
            "Whether the pooler understands protocol 3.2 and _pq_. options, which pgBouncer 1.18 refuses. If "
            "false, "
            "pgsidecar answers NegotiateProtocolVersion itself and speaks protocol 3.0 to the pooler."),

        scalar(
            "workers", workers_value(256), [](auto& s) -> auto& { return s.workers; },
            "Threads that serve connections; auto is one for each processor core that pgsidecar may use."),
        scalar(
            "max_connections", number_value<std::size_t>(1, 100'000),
            [](auto& s) -> auto& { return s.max_connections; },
            "Client connections at a time. One more is refused with PostgreSQL's own error, SQLSTATE 53300."),
        scalar(
            "login_timeout", timeout, [](auto& s) -> auto& { return s.login_timeout; },
            "How long a client may take from connecting to its first ReadyForQuery."),
        scalar(
            "leave_timeout", timeout, [](auto& s) -> auto& { return s.leave_timeout; },
            "How long the last answers owed to a client that leaves may take before the pooler's connection "
            "is cut."),
        scalar(
            "shutdown_timeout", duration_value(0ms, 24h), [](auto& s) -> auto& { return s.shutdown_timeout; },
            "How long connections may take to end after SIGTERM before they are cut."),

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
            "result_shape_check",
            choice_value<shape_check>({{"strict", shape_check::strict}, {"off", shape_check::off}}),
            [](auto& s) -> auto& { return s.result_shape_check; },
            "Whether a statement whose result columns have changed since it was prepared fails as in "
            "PostgreSQL "
            "(0A000, cached plan must not change result type). It costs a round trip the first time a "
            "transaction "
            "uses a statement that returns rows."),
        scalar(
            "max_statement_size", size_value(std::size_t{1} << 10, std::size_t{1} << 30),
            [](auto& s) -> auto& { return s.max_statement_size; },
            "Size of a message with a query text. A larger one passes, but its text is not kept for use in a "
            "later transaction."),

        scalar(
            "startup_parameters.unsupported",
            choice_value<unsupported_parameters>({{"strip", unsupported_parameters::strip},
                                                  {"forward", unsupported_parameters::forward},
                                                  {"reject", unsupported_parameters::reject}}),
            [](auto& s) -> auto& { return s.startup_parameters.unsupported; },
            "What happens to a start-up parameter that the pooler does not take: strip it, with a notice to "
            "the "
            "client and a line in the log, forward it all the same, or reject the client."),
        list(
            "startup_parameters.supported", parameter_name_value(),
            [](auto& s) -> auto& { return s.startup_parameters.supported; },
            "Start-up parameters that the pooler takes besides user and database; the default is pgBouncer's "
            "own. "
            "Add those that its ignore_startup_parameters names."),

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

}  // namespace

std::string key::variable() const {
    std::string upper(variable_prefix);
    for (const char c : path)
        upper += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return upper;
}

std::string_view key::section() const {
    const std::string_view whole = path;
    return whole.substr(0, whole.find('.') == whole.npos ? 0 : whole.find('.'));
}

std::string_view key::name() const {
    const std::string_view whole = path;
    return section().empty() ? whole : whole.substr(section().size() + 1);
}

const std::vector<key>& keys() {
    static const std::vector<key> table = all_keys();
    return table;
}

const key* find_key(std::string_view path) {
    const auto found = std::ranges::find(keys(), path, &key::path);
    return found == keys().end() ? nullptr : &*found;
}

}  // namespace pgsidecar::config
