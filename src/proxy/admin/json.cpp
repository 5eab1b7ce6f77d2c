#include "proxy/admin/json.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "proxy/config/key.hpp"

namespace pgsidecar::admin {
namespace {

using json = nlohmann::ordered_json;

/// What a client has sent may be in any encoding; JSON is UTF-8.
std::string text_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

double seconds(std::chrono::milliseconds duration) { return static_cast<double>(duration.count()) / 1000; }

const char* name_of(net::session_state state) {
    constexpr std::array names{"starting", "idle", "active", "idle_in_transaction", "leaving"};
    return names.at(static_cast<std::size_t>(state));
}

std::uint64_t sum(const tally<avoided, 3>& errors) {
    return errors[avoided::duplicate_name] + errors[avoided::unknown_name] + errors[avoided::wrong_statement];
}

json session_object(const net::session_report& s) {
    return {{"id", s.id},
            {"peer", s.peer},
            {"user", s.user},
            {"database", s.database},
            {"application_name", s.application_name},
            {"tls", s.tls.empty() ? json(nullptr) : json(s.tls)},
            {"state", name_of(s.state)},
            {"connected_seconds", seconds(s.connected)},
            {"state_seconds", seconds(s.in_state)},
            {"transactions", s.counters.transactions},
            {"queries", s.counters.queries + s.counters.executes},
            {"statements", s.statements},
            {"reparses", s.counters.reparses},
            {"errors_avoided", sum(s.counters.errors_avoided)}};
}

std::string hexadecimal(std::uint64_t hash) {
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hash));
    return digits.data();
}

json statement_object(const net::statement_report& s, bool show_sql) {
    json out{{"id", hexadecimal(s.hash)},
             {"calls", s.usage.calls},
             {"reparses", s.usage.reparses},
             {"errors_avoided", s.usage.errors_avoided},
             {"server_seconds", static_cast<double>(s.usage.server_time) * 1e-9}};
    if (show_sql) out["sql"] = s.usage.sql->substr(0, statement_statistics::text_limit);
    return out;
}

std::uint64_t size_of(const statement_usage& usage, statement_order order) {
    switch (order) {
        case statement_order::calls: return usage.calls;
        case statement_order::reparses: return usage.reparses;
        case statement_order::errors_avoided: return usage.errors_avoided;
        case statement_order::server_time: return usage.server_time;
    }
    return usage.calls;
}

json shown(const config::key& entry, const config::settings& from) {
    std::vector<std::string> values = entry.print(from);
    if (entry.is_secret)
        for (std::string& each : values)
            if (!each.empty()) each = "(not shown)";
    return entry.is_list ? json(values) : json(values.at(0));
}

}  // namespace

std::string sessions_json(const net::report& from) {
    json all = json::array();
    for (const net::session_report& each : from.sessions) all.push_back(session_object(each));
    return text_of({{"sessions", std::move(all)}});
}

std::string statements_json(net::report from, statement_order order, std::size_t limit, bool show_sql) {
    std::ranges::stable_sort(from.statements, std::ranges::greater{},
                             [order](const net::statement_report& s) { return size_of(s.usage, order); });
    if (from.statements.size() > limit) from.statements.resize(limit);
    json all = json::array();
    for (const net::statement_report& each : from.statements) all.push_back(statement_object(each, show_sql));
    return text_of({{"statements", std::move(all)}});
}

std::string configuration_json(const config::loaded_settings& loaded) {
    json all = json::object();
    for (const config::key& entry : config::keys()) {
        const auto origin = loaded.origins.find(entry.path);
        const std::string_view from =
            origin == loaded.origins.end() ? std::string_view("default") : origin->second;
        all[entry.path] = {{"value", shown(entry, loaded.values)}, {"from", from}};
    }
    return text_of(all);
}

std::string status_json(std::string_view status, std::string_view reason) {
    json out{{"status", status}};
    if (!reason.empty()) out["reason"] = reason;
    return text_of(out);
}

}  // namespace pgsidecar::admin
