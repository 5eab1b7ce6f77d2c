#include <algorithm>
#include <optional>

#include "proxy/check/inspection.hpp"

namespace pgsidecar::check {

namespace {

struct sighting {
    std::string name;
    std::string told_by;
};

/// What connecting with one parameter more is answered with; empty if it is let in.
std::string refusal(const inspection& at, const std::string& keyword, const std::string& value) {
    try {
        at.connect(keyword, value);
        return {};
    } catch (const server_error& refused) { return refused.what(); }
}

bool has(const std::string& text, const char* part) { return text.find(part) != text.npos; }

/// Only pgsidecar refuses a replication connection in these words (client_startup.cpp).
bool answers_as_pgsidecar(const inspection& at) {
    return has(refusal(at, "replication", "database"),
               "replication connections cannot pass a transaction pooler");
}

/// pgBouncer 1.18 does not answer there if it has looked up the user with its auth_query.
constexpr std::chrono::milliseconds time_for_console{2000};

std::optional<sighting> by_console(const inspection& at) {
    parameters console = at.to.for_libpq;
    console["dbname"] = "pgbouncer";
    try {
        connection on(console, at.waits, std::min(time_for_console, at.waits.step()));
        const result said = on.query("SHOW VERSION");
        if (said.rows() == 1) return sighting{said.value(), "its admin console says so"};
    } catch (const std::runtime_error&) {}  // not allowed, or there is none
    return std::nullopt;
}

std::optional<sighting> by_refusal(const inspection& at) {
    const std::string said = refusal(at, "options", "-c geqo=on");
    if (has(said, "unsupported startup parameter")) return sighting{"PgBouncer", "it says \"" + said + "\""};
    if (has(said, "RDS Proxy")) return sighting{"RDS Proxy", "it names itself"};
    return std::nullopt;
}

std::optional<sighting> by_host(const inspection& at) {
    for (const config::address& each : at.to.for_sidecar.upstream.addresses) {
        if (has(each.host, "pooler.supabase.com")) return sighting{"Supavisor", "the host is one of its"};
        if (has(each.host, ".proxy-") && has(each.host, "rds.amazonaws.com"))
            return sighting{"RDS Proxy", "the host is one of its"};
    }
    return std::nullopt;
}

/// A pooler starts a session with a process number of its own making.
std::optional<sighting> by_process(const inspection& at) {
    connection on = at.connect();
    if (on.announced_process() == on.server_process()) return std::nullopt;
    return sighting{"a pooler", "the session was announced as another process than the one that serves it"};
}

}  // namespace

void look_at_pooler(inspection& at) {
    at.known.is_sidecar = answers_as_pgsidecar(at);
    if (at.known.is_sidecar)
        at.out.add({"sidecar", status::ok, "this is a pgsidecar: it refuses replication in its own words"});
    std::optional<sighting> seen;
    for (const auto look : {by_console, by_refusal, by_host, by_process})
        if (!seen) seen = look(at);
    at.known.has_pooler = seen.has_value();
    at.known.pooler = seen ? seen->name : "";
    at.out.add({"pooler", status::ok,
                seen ? seen->name + ": " + seen->told_by
                     : "none seen: sessions are served by the process that they announce"});
}

}  // namespace pgsidecar::check
