#include <gtest/gtest.h>

#include "support/conversation.hpp"

/// What RESET goes back to, and LISTEN (session-state §3, §9).
namespace pgsidecar::test {
namespace {

const std::string zone_is_tokyo = "SET \"timezone\" TO 'Asia/Tokyo'";
const std::string idle = be::ready('I');

std::string done(byte_view tag) { return be::command_complete(tag); }

/// Our own statement behind an Execute, and what the server says of it.
std::string ours(const std::string& sql) {
    return fe::parse("", sql) + fe::bind("", {.portal = "psc_p"}) + fe::execute("psc_p") +
           fe::close_portal("psc_p");
}
const std::string ours_is_done =
    be::parse_complete() + be::bind_complete() + done("SET") + be::close_complete();

conversation in_tokyo() {
    conversation c;
    c.starts_up_with("TimeZone", "Asia/Tokyo");
    return c;
}

/// And has seen that the server goes back to another zone.
conversation in_tokyo_not_by_default() {
    conversation c = in_tokyo();
    c.client_sends({fe::query("RESET ALL")})
        .server_gets({fe::query("RESET ALL")})
        .server_sends({done("RESET"), be::parameter_status("TimeZone", "UTC"), idle})
        .client_gets({done("RESET")})
        .server_gets({ours(zone_is_tokyo), fe::sync()})
        .server_sends({ours_is_done, be::parameter_status("TimeZone", "Asia/Tokyo"), idle})
        .client_gets({idle});
    return c;
}

TEST(StartUpValues, AResetThatBringsAnotherValueIsMendedBeforeItsReadyForQuery) {
    in_tokyo_not_by_default().check();
}

TEST(StartUpValues, AndTheNextOneInItsOwnString) {
    in_tokyo_not_by_default()
        .client_sends({fe::query("SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL;")})
        .server_gets({fe::query("SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL; " +
                                zone_is_tokyo + ";")})
        .server_sends({be::row_description(one_column), be::data_row({""}), done("SELECT 1"),
                       done("CLOSE CURSOR ALL"), done("UNLISTEN"), done("RESET"), done("SET"), idle})
        .client_gets({be::row_description(one_column), be::data_row({""}), done("SELECT 1"),
                      done("CLOSE CURSOR ALL"), done("UNLISTEN"), done("RESET"), idle})
        .check();
}

TEST(StartUpValues, AResetThatBringsTheSameCostsNothing) {
    for (int i = 0; i < 2; ++i)
        in_tokyo()
            .passes({fe::query("RESET ALL")}, {done("RESET"), idle})
            .passes({fe::query("RESET ALL; SELECT now()")}, {done("RESET"), done("SELECT 1"), idle})
            .passes({fe::parse("", "RESET ALL") + fe::bind("") + fe::execute() + fe::sync()},
                    {be::parse_complete(), be::bind_complete(), done("RESET"), idle})
            .check();
}

TEST(StartUpValues, ThatItIsTheSameShowsInTheValueNotInTheSilence) {
    in_tokyo()
        .passes({fe::query("SET TimeZone TO 'UTC'")},
                {done("SET"), be::parameter_status("TimeZone", "UTC"), idle})
        .client_sends({fe::query("RESET TimeZone")})
        .server_gets({fe::query("RESET TimeZone")})
        .server_sends({done("RESET"), idle})  // the server's default is UTC as well
        .client_gets({done("RESET")})
        .server_gets({ours(zone_is_tokyo), fe::sync()})
        .server_sends({ours_is_done, be::parameter_status("TimeZone", "Asia/Tokyo"), idle})
        .client_gets({be::parameter_status("TimeZone", "Asia/Tokyo"), idle})
        .check();
}

TEST(StartUpValues, WhatTheClientHadSetIsReportedToBeBack) {
    in_tokyo()
        .passes({fe::query("SET TimeZone TO 'UTC'")},
                {done("SET"), be::parameter_status("TimeZone", "UTC"), idle})
        .client_sends({fe::query("RESET TimeZone")})
        .server_gets({fe::query("RESET TimeZone")})
        .server_sends({done("RESET"), be::parameter_status("TimeZone", "Asia/Tokyo"), idle})
        .client_gets({done("RESET"), be::parameter_status("TimeZone", "Asia/Tokyo"), idle})
        .check();
}

TEST(StartUpValues, ADefaultThatChangesIsNoticed) {
    in_tokyo()
        .passes({fe::query("RESET ALL")}, {done("RESET"), idle})
        .client_sends({fe::query("SELECT 1; RESET ALL")})
        .server_gets({fe::query("SELECT 1; RESET ALL")})
        .server_sends({done("SELECT 1"), done("RESET"), be::parameter_status("TimeZone", "UTC"), idle})
        .client_gets({done("SELECT 1"), done("RESET")})
        .server_gets({ours(zone_is_tokyo), fe::sync()})
        .server_sends({ours_is_done, be::parameter_status("TimeZone", "Asia/Tokyo"), idle})
        .client_gets({idle})
        .check();
}

TEST(StartUpValues, WhatTheClientSetsBehindAResetStays) {
    in_tokyo()
        .passes({fe::query("RESET ALL")}, {done("RESET"), idle})
        .passes({fe::query("RESET ALL; SET TimeZone TO 'UTC'")},
                {done("RESET"), done("SET"), be::parameter_status("TimeZone", "UTC"), idle})
        .check();
}

TEST(StartUpValues, DiscardAllCommitsAndTakesThemFromAFailure) {
    const std::string discard = fe::parse("", "DISCARD ALL") + fe::bind("") + fe::execute();
    const std::string failing = fe::parse("", "SELECT 1/0") + fe::bind("") + fe::execute();
    const auto error = be::error("22012", "division by zero");
    in_tokyo_not_by_default()
        .client_sends({discard, failing, fe::sync()})
        .server_gets({discard, ours(zone_is_tokyo), failing, fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), done("DISCARD ALL"), ours_is_done,
                       be::parse_complete(), be::bind_complete(), error,
                       be::parameter_status("TimeZone", "UTC"), idle})
        .client_gets({be::parse_complete(), be::bind_complete(), done("DISCARD ALL"), be::parse_complete(),
                      be::bind_complete(), error})
        .server_gets({ours(zone_is_tokyo), fe::sync()})
        .server_sends({ours_is_done, be::parameter_status("TimeZone", "Asia/Tokyo"), idle})
        .client_gets({idle})
        .check();
}

TEST(StartUpValues, AndFromARollback) {
    const std::string discard = fe::parse("", "DISCARD ALL") + fe::bind("") + fe::execute();
    const std::string rollback = fe::parse("", "ROLLBACK") + fe::bind("") + fe::execute();
    const std::string parsed = be::parse_complete() + be::bind_complete();
    in_tokyo_not_by_default()
        .client_sends({discard, rollback, fe::sync()})
        .server_gets({discard, ours(zone_is_tokyo), rollback, fe::sync()})
        .server_sends({parsed, done("DISCARD ALL"), ours_is_done, parsed, done("ROLLBACK"),
                       be::parameter_status("TimeZone", "UTC"), idle})
        .client_gets({parsed, done("DISCARD ALL"), parsed, done("ROLLBACK")})
        .server_gets({ours(zone_is_tokyo), fe::sync()})
        .server_sends({ours_is_done, be::parameter_status("TimeZone", "Asia/Tokyo"), idle})
        .client_gets({idle})
        .check();
}

TEST(StartUpValues, AndBeforeItsSyncHasCome) {
    const std::string discard = fe::parse("", "DISCARD ALL") + fe::bind("") + fe::execute();
    const auto error = be::error("42601", "syntax error");
    in_tokyo_not_by_default()
        .client_sends({discard, fe::parse("", "bad"), fe::flush()})
        .server_gets({discard, ours(zone_is_tokyo), fe::parse("", "bad"), fe::flush()})
        .server_sends({be::parse_complete(), be::bind_complete(), done("DISCARD ALL"), ours_is_done, error})
        .client_gets({be::parse_complete(), be::bind_complete(), done("DISCARD ALL"), error})
        .server_gets({fe::sync()})
        .server_sends({be::parameter_status("TimeZone", "UTC"), idle})
        .server_gets({ours(zone_is_tokyo), fe::sync()})
        .client_sends({fe::sync()})
        .server_sends({ours_is_done, be::parameter_status("TimeZone", "Asia/Tokyo"), idle})
        .client_gets({idle})
        .check();
}

TEST(StartUpValues, WhatStandsBehindAResetMeetsThem) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"RESET TimeZone; SELECT now()", "RESET TimeZone; " + zone_is_tokyo + "; SELECT now()"},
        {"RESET TIME ZONE; SELECT now()", "RESET TIME ZONE; " + zone_is_tokyo + "; SELECT now()"},
        {"SET TIME ZONE DEFAULT; SELECT now()", "SET TIME ZONE DEFAULT; " + zone_is_tokyo + "; SELECT now()"},
        {"SET SESSION TIME ZONE LOCAL; SELECT now()",
         "SET SESSION TIME ZONE LOCAL; " + zone_is_tokyo + "; SELECT now()"},
        {"set \"timezone\" = default /* ; */ ; SELECT now()",
         "set \"timezone\" = default; " + zone_is_tokyo + " /* ; */ ; SELECT now()"},
        {"SET LOCAL TimeZone TO DEFAULT; SELECT now()",
         "SET LOCAL TimeZone TO DEFAULT; SET LOCAL \"timezone\" TO 'Asia/Tokyo'; SELECT now()"},
    };
    for (const auto& [text, sent] : cases)
        in_tokyo()
            .client_sends({fe::query(text)})
            .server_gets({fe::query(sent)})
            .server_sends({done("RESET"), done("SET"), done("SELECT 1"), idle})
            .client_gets({done("RESET"), done("SELECT 1"), idle})
            .check();
}

TEST(StartUpValues, OtherStatementsPassAsTheyAre) {
    for (const char* text :
         {"RESET work_mem; SELECT 1", "SET TimeZone TO 'UTC'; SELECT 1", "RESET ROLE; SELECT 1",
          "RESET SESSION AUTHORIZATION; SELECT 1", "SELECT 'RESET ALL; RESET ALL'; SELECT 1",
          "SET x.timezone TO DEFAULT; SELECT 1", "/* RESET ALL; */ SELECT 1; -- RESET ALL"})
        in_tokyo_not_by_default().passes({fe::query(text)}, {done("X"), done("SELECT 1"), idle}).check();
    conversation()
        .passes({fe::query("RESET ALL; SELECT 1")}, {done("RESET"), done("SELECT 1"), idle})
        .check();
    in_tokyo()
        .pooler(pooler_kind::direct)
        .passes({fe::query("RESET ALL; SELECT 1")}, {done("RESET"), done("SELECT 1"), idle})
        .check();
}

TEST(StartUpValues, PositionsAreThoseOfTheClientsText) {
    const std::string text = "SELECT '\xc3\xa4'; RESET ALL; SELECT nosuch";
    const auto error = [](const char* position) {
        return be::error("42703", "column \"nosuch\" does not exist",
                         {{'P', position}, {'R', "errorMissingColumn"}});
    };
    in_tokyo()
        .client_sends({fe::query(text)})
        .server_gets({fe::query("SELECT '\xc3\xa4'; RESET ALL; " + zone_is_tokyo + "; SELECT nosuch")})
        .server_sends({done("SELECT 1"), done("RESET"), done("SET"),
                       error(std::to_string(31 + 2 + zone_is_tokyo.size()).c_str()), idle})
        .client_gets({done("SELECT 1"), done("RESET"), error("31"), idle})
        .client_sends({fe::query(text)})
        .server_gets({fe::query("SELECT '\xc3\xa4'; RESET ALL; " + zone_is_tokyo + "; SELECT nosuch")})
        .server_sends({error("8"), idle})
        .client_gets({error("8"), idle})
        .check();
}

TEST(StartUpValues, FollowAnExecuteInTheSameSegment) {
    const std::string reset = fe::parse("", "RESET ALL") + fe::bind("") + fe::execute();
    in_tokyo()
        .client_sends({reset, fe::sync()})
        .server_gets({reset, ours(zone_is_tokyo), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), done("RESET"), ours_is_done, idle})
        .client_gets({be::parse_complete(), be::bind_complete(), done("RESET"), idle})
        .check();
}

TEST(StartUpValues, FollowADiscardAllByQuery) {
    in_tokyo_not_by_default()
        .client_sends({fe::query("DISCARD ALL")})
        .server_gets(
            {fe::parse("", "DISCARD ALL"), fe::bind(""), fe::execute(), ours(zone_is_tokyo), fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), done("DISCARD ALL"), ours_is_done, idle})
        .client_gets({done("DISCARD ALL"), idle})
        .check();
}

TEST(StartUpValues, FollowAnExecuteOfAPreparedReset) {
    in_tokyo()
        .knows("r", "RESET TIME ZONE")
        .client_sends({fe::query("EXECUTE r; SELECT now()")})
        .server_gets({fe::close_statement("r"), fe::parse("r", "RESET TIME ZONE"), fe::flush()})
        .server_sends({be::close_complete(), be::parse_complete()})
        .server_gets({fe::query("EXECUTE r; " + zone_is_tokyo + "; SELECT now()")})
        .server_sends({done("RESET"), done("SET"), done("SELECT 1"), idle})
        .client_gets({done("RESET"), done("SELECT 1"), idle})
        .check();
}

TEST(StartUpValues, InABlockTheyAreMendedInIt) {
    in_tokyo()
        .in_block()
        .client_sends({fe::query("RESET ALL")})
        .server_gets({fe::query("RESET ALL")})
        .server_sends({done("RESET"), be::parameter_status("TimeZone", "UTC"), be::ready('T')})
        .client_gets({done("RESET")})
        .server_gets({ours(zone_is_tokyo), fe::sync()})
        .server_sends({ours_is_done, be::parameter_status("TimeZone", "Asia/Tokyo"), be::ready('T')})
        .client_gets({be::ready('T')})
        .passes({fe::query("ROLLBACK")}, {done("ROLLBACK"), idle})
        .check();
}

TEST(StartUpValues, AResetThatFailsTellsNothing) {
    in_tokyo()
        .passes({fe::query("SELECT 1/0; RESET ALL")}, {be::error("22012", "division by zero"), idle})
        .client_sends({fe::query("RESET ALL; SELECT 1")})
        .server_gets({fe::query("RESET ALL; " + zone_is_tokyo + "; SELECT 1")})
        .server_sends({done("RESET"), done("SET"), done("SELECT 1"), idle})
        .client_gets({done("RESET"), done("SELECT 1"), idle})
        .check();
}

TEST(StartUpValues, OfAnEncodingThatIsTheServersCostNothing) {  // asyncpg's
    conversation()
        .starts_up_with("client_encoding", "UTF8")
        .server_encoding("UTF8")
        .passes({fe::query("RESET ALL; SELECT 1")}, {done("RESET"), done("SELECT 1"), idle})
        .check();
}

TEST(StartUpValues, OfTheApplicationNameAlwaysFollow) {
    const std::string sent = "RESET ALL; SET \"application_name\" TO E'it''s \\\\ me'";
    conversation()
        .starts_up_with("application_name", "it's \\ me")
        .client_sends({fe::query("RESET ALL")})
        .server_gets({fe::query(sent)})
        .server_sends({done("RESET"), done("SET"), idle})
        .client_gets({done("RESET"), idle})
        .check();
    conversation()
        .starts_up_with("application_name", "")
        .passes({fe::query("RESET ALL")}, {done("RESET"), idle})
        .check();
}

TEST(StartUpValues, OfListsOfNamesAreSetOneByOne) {
    conversation()
        .starts_up_with("search_path", "\"$user\", Public,\"a,\"\"b\"")
        .client_sends({fe::query("RESET search_path; SELECT 1")})
        .server_gets(
            {fe::query("RESET search_path; SET \"search_path\" TO '$user', 'public', 'a,\"b'; SELECT 1")})
        .server_sends({done("RESET"), done("SET"), done("SELECT 1"), idle})
        .client_gets({done("RESET"), done("SELECT 1"), idle})
        .check();
}

// LISTEN

const std::string warning = [] {
    std::string out;
    compose_notice(
        out, {.severity = "WARNING",
              .sqlstate = "01000",
              .message = "notifications do not reach this client reliably",
              .hint = "A transaction pooler lends another server for each transaction, and LISTEN stays "
                      "on the one that ran it. Listen on a connection to PostgreSQL itself or to a "
                      "session pooler."});
    return out;
}();

conversation& hears(conversation& c, const char* channel, bool yes) {
    c.server_sends({be::notification(channel)});
    return yes ? c.client_gets({be::notification(channel)}) : c;
}

TEST(Notifications, OfOthersAreDropped) {
    conversation c;
    hears(c, "news", false)
        .client_sends({fe::query("LISTEN news")})
        .server_gets({fe::query("LISTEN news")})
        .server_sends({be::notification("news"), done("LISTEN"), be::notification("news"), idle})
        .client_gets({done("LISTEN"), be::notification("news"), warning, idle});
    hears(c, "news", true);
    hears(c, "other", false)
        .passes({fe::query("LISTEN \"Other\"; UNLISTEN news")}, {done("LISTEN"), done("UNLISTEN"), idle});
    hears(c, "news", false);
    hears(c, "other", false);
    hears(c, "Other", true).passes({fe::query("UNLISTEN *")}, {done("UNLISTEN"), idle});
    hears(c, "Other", false).check();
}

TEST(Notifications, AreHeardOnceListenIsExecuted) {
    const std::string listen = fe::parse("", "listen news") + fe::bind("") + fe::execute();
    conversation c;
    c.client_sends({listen, fe::sync()})
        .server_gets({listen, fe::sync()})
        .server_sends({be::parse_complete(), be::bind_complete(), done("LISTEN"), idle})
        .client_gets({be::parse_complete(), be::bind_complete(), done("LISTEN"), warning, idle});
    hears(c, "news", true).passes({fe::query("DISCARD ALL")}, {done("DISCARD ALL"), idle});
    hears(c, "news", false).check();
}

TEST(Notifications, AreHeardByWhoExecutesAPreparedListen) {
    conversation c;
    c.knows("l", "LISTEN news")
        .client_sends({fe::query("EXECUTE l")})
        .server_gets({fe::close_statement("l"), fe::parse("l", "LISTEN news"), fe::flush()})
        .server_sends({be::close_complete(), be::parse_complete()})
        .server_gets({fe::query("EXECUTE l")})
        .server_sends({done("LISTEN"), idle})
        .client_gets({done("LISTEN"), warning, idle});
    hears(c, "news", true).check();
}

TEST(Notifications, OfAListenThatFailsAreDropped) {
    conversation c;
    c.passes({fe::query("LISTEN news")}, {be::error("25006", "read-only"), idle});
    hears(c, "news", false).check();
}

TEST(Notifications, AllPassWhereTheServerIsTheClients) {
    conversation c;
    c.pooler(pooler_kind::direct);
    hears(c, "news", true).passes({fe::query("LISTEN news")}, {done("LISTEN"), idle});
    hears(c, "other", true).check();
}

}  // namespace
}  // namespace pgsidecar::test
