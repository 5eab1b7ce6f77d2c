#include "proxy/sql/state_uses.hpp"

#include <gtest/gtest.h>

#include "query_reads.hpp"

namespace pgsidecar {

void PrintTo(const state_use& u, std::ostream* out) {
    *out << static_cast<int>(u.verb) << " " << u.name << (u.local ? " local" : "") << " to " << u.end;
}

namespace {

std::string told(byte_view sql) {
    static constexpr const char* verbs[] = {"other", "listen",    "unlisten",    "unlisten *",
                                            "reset", "reset all", "discard all", "execute"};
    std::string out;
    for (const state_use& u : read_state_uses(sql)) {
        out += (out.empty() ? "" : "; ") + std::string(verbs[static_cast<std::size_t>(u.verb)]);
        if (!u.name.empty()) out += " " + u.name;
        if (u.local) out += " local";
    }
    return out;
}

TEST(StateUses, OfOneStatement) {
    for (const auto& [sql, expected] : std::vector<std::pair<std::string, std::string>>{
             {"listen News", "listen news"},
             {"/* c */ LISTEN \"News\";", "listen News"},
             {"UNLISTEN *", "unlisten *"},
             {"UNLISTEN a", "unlisten a"},
             {"DISCARD ALL", "discard all"},
             {"DISCARD TEMP", ""},
             {"RESET ALL", "reset all"},
             {"RESET TimeZone", "reset timezone"},
             {"RESET \"TimeZone\"", "reset timezone"},
             {"RESET TIME ZONE", "reset timezone"},
             {"RESET app.Tenant", "reset app.tenant"},
             {"RESET SESSION AUTHORIZATION", ""},
             {"RESET TRANSACTION ISOLATION LEVEL", ""},
             {"SET TimeZone TO DEFAULT", "reset timezone"},
             {"SET SESSION TimeZone = DEFAULT", "reset timezone"},
             {"SET LOCAL app.Tenant TO DEFAULT", "reset app.tenant local"},
             {"SET TIME ZONE DEFAULT", "reset timezone"},
             {"SET TIME ZONE LOCAL", "reset timezone"},
             {"SET LOCAL TIME ZONE LOCAL", "reset timezone local"},
             {"SET TIME ZONE 'UTC'", ""},
             {"SET NAMES", "reset client_encoding"},
             {"SET NAMES DEFAULT", "reset client_encoding"},
             {"SET NAMES 'UTF8'", ""},
             {"SET TimeZone TO 'default'", ""},
             {"SET session_replication_role TO DEFAULT", "reset session_replication_role"},
             {"EXECUTE r", "execute r"},
             {"SELECT 'RESET ALL'", ""},
             {"settle", ""},
             {"RESET", ""},
             {"LISTEN", ""},
             {"SET", ""},
             {"SET LOCAL", ""},
             {"RESET ALL '", ""}})
        EXPECT_EQ(told(sql), expected) << sql;
}

TEST(StateUses, OfStringsOfStatements) {
    EXPECT_EQ(told(";; SELECT 1; RESET ALL;; LISTEN a"), "other; reset all; listen a");
    EXPECT_EQ(told("CREATE RULE r AS ON INSERT TO t DO (NOTIFY a; NOTIFY b); RESET ALL"), "other; reset all");
    EXPECT_EQ(told("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 2; "
                   "END; RESET ALL"),
              "other; reset all");
    EXPECT_EQ(told("SELECT 'a; RESET ALL'; SELECT $$; RESET ALL$$"), "");
}

TEST(StateUses, EndBehindTheLastToken) {
    const auto uses = read_state_uses("RESET ALL /* ; */ ; SELECT 1 -- end");
    ASSERT_EQ(uses.size(), 2U);
    EXPECT_EQ(uses[0].end, 9U);
    EXPECT_EQ(uses[1].end, 28U);
}

}  // namespace
}  // namespace pgsidecar
