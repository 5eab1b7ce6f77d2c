#include "proxy/check/report.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "proxy/check/result.hpp"

using namespace pgsidecar::check;
using testing::HasSubstr;
using testing::Not;

namespace {

void tell(report& to) {
    to.begin("app@h:1/db");
    to.section("address", "The address itself");
    to.add({"connection", status::ok, "PostgreSQL 15"});
    to.add({"TLS", status::warn, "none", "Use it."});
    to.section("trials", "Through pgsidecar");
    to.add({"CRUD", status::skipped, "writes"});
    to.add({"migration", status::fail, "permission \"denied\"\xff", "Grant it."});
    to.end(false, "1 failed.");
}

}  // namespace

TEST(TextReport, HasALineForEach) {
    std::ostringstream out;
    tell(*text_report(out, false));
    EXPECT_EQ(out.str(),
              "pgsidecar check of app@h:1/db\n"
              "\n"
              "The address itself\n"
              "  ok       connection              PostgreSQL 15\n"
              "  warn     TLS                     none\n"
              "                                   → Use it.\n"
              "\n"
              "Through pgsidecar\n"
              "  skipped  CRUD                    writes\n"
              "  FAIL     migration               permission \"denied\"\xff\n"
              "                                   → Grant it.\n"
              "\n"
              "1 failed.\n");
}

TEST(TextReport, HasColoursOnRequestOnly) {
    std::ostringstream plain, coloured;
    tell(*text_report(plain, false));
    tell(*text_report(coloured, true));
    EXPECT_THAT(plain.str(), Not(HasSubstr("\033")));
    EXPECT_THAT(coloured.str(), HasSubstr("\033[1;31mFAIL"));
}

TEST(JsonReport, IsOneObject) {
    std::ostringstream out;
    tell(*json_report(out));
    const auto told = nlohmann::json::parse(out.str());
    EXPECT_EQ(told["target"], "app@h:1/db");
    EXPECT_EQ(told["ok"], false);
    EXPECT_EQ(told["verdict"], "1 failed.");
    ASSERT_EQ(told["checks"].size(), 4u);
    EXPECT_EQ(told["checks"][0], nlohmann::json::parse(R"({"section": "address", "name": "connection",
                                                         "status": "ok", "detail": "PostgreSQL 15"})"));
    EXPECT_EQ(told["checks"][1]["hint"], "Use it.");
    EXPECT_EQ(told["checks"][2]["status"], "skipped");
    EXPECT_EQ(told["checks"][3]["section"], "trials");
}

TEST(OneLine, IsPrintable) {
    EXPECT_EQ(one_line("FATAL:  no\n\tway\033[31m\n\n"), "FATAL: no; way [31m");
    EXPECT_EQ(one_line("häuser"), "häuser");
}
