#include "proxy/check/inspection.hpp"

namespace pgsidecar::check {

namespace {

void look_at_rights(inspection& at, connection& on) {
    const result said = on.query(
        "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool,"
        " has_database_privilege(current_database(), 'CREATE')");
    const bool read_only = said.value(0, 0) == "t";
    at.known.may_create = !read_only && said.value(0, 1) == "t";
    if (read_only)
        at.out.add({"rights", status::warn, "read-only: nothing that writes can be tried",
                    "Name the primary, or say --no-write."});
    else if (!at.known.may_create)
        at.out.add({"rights", status::warn, "no CREATE on the database: nothing that writes can be tried",
                    "GRANT CREATE ON DATABASE for the time of the check, or say --no-write."});
}

/// "15.18 (Debian 15.18-0+deb12u1)" is 15.18.
std::string first_word(const std::string& text) { return text.substr(0, text.find(' ')); }

}  // namespace

void look_at_server(inspection& at) {
    connection on = at.connect();
    const result who = on.query("SELECT current_user, current_database(), current_setting('server_version')");
    at.known.user = at.to.for_libpq.contains("user") ? at.to.for_libpq.at("user") : who.value(0, 0);
    at.known.database = who.value(0, 1);
    at.known.round_trip = round_trip(on);
    at.out.add({"connection", status::ok,
                "PostgreSQL " + first_word(who.value(0, 2)) + " at " + on.peer() + ", round trip " +
                    milliseconds(at.known.round_trip)});
    for (const std::string& remark : at.to.remarks) at.out.add({"connection", status::warn, remark});
    look_at_rights(at, on);
}

}  // namespace pgsidecar::check
