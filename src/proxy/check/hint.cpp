#include "proxy/check/hint.hpp"

#include <array>
#include <string_view>

namespace pgsidecar::check {

namespace {

struct advice {
    std::string_view part;  // of the message
    std::string_view hint;
};

// Messages of libpq 15, PostgreSQL, pgBouncer and Supavisor; the first that fits.
constexpr std::array known = {
    advice{"no password supplied", "Put the password into the URL, or into $PGPASSWORD."},
    advice{"password authentication failed",
           "Check user and password; an @, / or : in the password of a URL is "
           "written %40, %2F, %3A."},
    advice{"SASL authentication failed",
           "Check user and password; pgBouncer says this of a wrong password too."},
    advice{"no such user", "The pooler does not know this user: see its auth_file or auth_query."},
    advice{"Tenant or user not found",
           "Supavisor expects the user postgres.PROJECT, and the host of the project's "
           "own region."},
    advice{"no such database",
           "The pooler does not know this database: see [databases] in its configuration."},
    advice{"prepared statement",
           "Prepared statements are lost or mixed up: this address is not behind pgsidecar."},
    advice{"does not exist", "Check the name of the database and the user."},
    advice{"no pg_hba.conf entry",
           "The server does not let this user in from here, or only with TLS: try "
           "sslmode=require."},
    advice{"does not support SSL",
           "The server has no TLS: sslmode=prefer or disable, where the network is trusted."},
    advice{"SSL required", "Add sslmode=require, or better verify-full with sslrootcert."},
    advice{"certificate verify failed",
           "The server's certificate is not signed by an authority of sslrootcert."},
    advice{"does not match host name",
           "The certificate is for another name: connect by that name, or verify-ca."},
    advice{"root certificate file",
           "Name the authority's certificate: sslrootcert=FILE or sslrootcert=system."},
    advice{"Connection refused", "Nothing listens there: check host and port, and whether the pooler runs."},
    advice{"could not translate host name", "The name cannot be looked up from here."},
    advice{"Network is unreachable",
           "No route; a host with IPv6 addresses only needs IPv6, or its IPv4 pooler."},
    advice{"within",
           "A firewall, a wrong host, or a pool whose servers are all in use (SHOW POOLS in pgBouncer)."},
    advice{"query_wait_timeout",
           "All servers of the pool are in use: default_pool_size, or transactions left open."},
    advice{"no more connections allowed", "The pooler's max_client_conn is reached."},
    advice{"too many", "The limit of connections is reached: of the server, the pooler, or pgsidecar."},
    advice{"transaction blocks not allowed",
           "pool_mode=statement allows no transactions: use transaction mode."},
    advice{"unsupported startup parameter",
           "pgsidecar leaves out those that do no harm; see startup_parameters."},
    advice{"permission denied", "Grant what is missing, or leave out what writes: --no-write."},
    advice{"read-only transaction", "A standby or read-only role: --no-write."},
};

}  // namespace

std::string hint_for(const std::string& message) {
    for (const advice& each : known)
        if (message.find(each.part) != message.npos) return std::string(each.hint);
    return {};
}

}  // namespace pgsidecar::check
