#include "proxy/check/target.hpp"

#include <algorithm>
#include <stdexcept>

#include "proxy/config/conninfo.hpp"
#include "proxy/config/load.hpp"

namespace pgsidecar::check {

namespace {

constexpr int first_with_system_roots = 160000;
constexpr int first_with_direct_tls = 170000;
constexpr const char* debian_roots = "/etc/ssl/certs/ca-certificates.crt";

config::settings sidecar_settings(const std::string& text) {
    config::command_line arguments;
    arguments.given.values.push_back(
        {config::find_key("upstream.url"), {{text, "the URL"}}, "the URL", "the URL"});
    const config::loaded_settings loaded = config::load(arguments, {});
    if (!loaded.problems.empty()) throw std::invalid_argument(loaded.problems.front());
    return loaded.values;
}

bool is_local(const config::address& at) {
    return at.type == config::address::kind::unix_socket || at.host == "localhost" || at.host == "::1" ||
           at.host.starts_with("127.");
}

/// What this libpq does not know of.
void suit_libpq(target& to) {
    if (PQlibVersion() < first_with_direct_tls && to.for_libpq.erase("sslnegotiation") > 0)
        to.remarks.push_back(
            "asked for TLS with an SSLRequest here: this libpq does not know sslnegotiation");
    const auto roots = to.for_libpq.find("sslrootcert");
    if (PQlibVersion() >= first_with_system_roots || roots == to.for_libpq.end() || roots->second != "system")
        return;
    roots->second = debian_roots;
    to.for_libpq.try_emplace("sslmode", "verify-full");
}

std::string shown(const target& of) {
    const auto value = [&](const char* keyword) {
        const auto found = of.for_libpq.find(keyword);
        return found == of.for_libpq.end() ? std::string() : found->second;
    };
    std::string hosts;
    for (const config::address& each : of.for_sidecar.upstream.addresses)
        hosts += (hosts.empty() ? "" : ", ") + config::to_string(each);
    const std::string user = value("user"), database = value("dbname");
    return (user.empty() ? "" : user + "@") + hosts + (database.empty() ? "" : "/" + database);
}

}  // namespace

target read_target(const std::string& text) {
    target read;
    const config::conninfo given = config::read_conninfo(text);
    if (!given.problem.empty()) throw std::invalid_argument("the URL: " + given.problem);
    if (!given.values.contains("host") && !given.values.contains("hostaddr"))
        throw std::invalid_argument("the URL: names no host");
    read.for_libpq = given.values;
    read.for_libpq.try_emplace("application_name", "pgsidecar check");
    read.for_sidecar = sidecar_settings(text);
    read.shown = shown(read);
    read.local = std::ranges::all_of(read.for_sidecar.upstream.addresses, is_local);
    suit_libpq(read);
    return read;
}

parameters through(const parameters& to, std::uint16_t sidecar_port) {
    parameters changed;
    for (const char* kept : {"user", "password", "dbname", "application_name"})
        if (const auto given = to.find(kept); given != to.end()) changed.insert(*given);
    changed["host"] = "127.0.0.1";
    changed["port"] = std::to_string(sidecar_port);
    changed["sslmode"] = "disable";
    changed["gssencmode"] = "disable";
    return changed;
}

}  // namespace pgsidecar::check
