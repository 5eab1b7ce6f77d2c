#include "proxy/startup/client_startup.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "startup/start_up.hpp"

namespace pgsidecar::test {
namespace {

using testing::HasSubstr;

TEST(ClientStartup, TrustedClientGetsTheServersWordsUnchanged) {
    whole_and_cut(options(), [](start_up& s) {
        s.client_sends(startup({{"user", "me"}, {"database", "db"}, {"application_name", "app"}}));
        EXPECT_EQ(s.server_got(), startup({{"user", "me"}, {"database", "db"}, {"application_name", "app"}}));
        s.server_sends(authenticated + welcome);
        EXPECT_EQ(s.client_got(), authenticated + welcome);
        EXPECT_EQ(s.talk().at(), stage::ready);
        EXPECT_EQ(s.talk().identity().user, "me");
        EXPECT_EQ(s.talk().identity().database, "db");
        EXPECT_EQ(s.talk().identity().application_name, "app");
        EXPECT_EQ(s.talk().upstream().client_encoding(), "UTF8");
        EXPECT_EQ(s.talk().upstream().backend_key(), (cancel_key{7, "key!"}));
        EXPECT_EQ(s.server_got(), "");
    });
}

TEST(ClientStartup, DatabaseIsTheUsersUnlessNamed) {
    start_up s(options(), 1000);
    s.client_sends(startup({{"user", "me"}, {"database", ""}}));
    EXPECT_EQ(s.talk().identity().database, "me");
}

TEST(ClientStartup, EncryptionIsDeclinedOnceEach) {
    whole_and_cut(options(), [](start_up& s) {
        s.client_sends(gssenc_request_packet);
        EXPECT_EQ(s.client_got(), "N");
        s.client_sends(ssl_request_packet);
        EXPECT_EQ(s.client_got(), "N");
        s.client_sends(startup({{"user", "me"}}));
        EXPECT_EQ(s.client_got(), "");
        EXPECT_EQ(s.server_got(), startup({{"user", "me"}}));
    });
}

TEST(ClientStartup, WhatIsPipelinedBehindSslRequestIsTaken) {
    whole_and_cut(options(), [](start_up& s) {
        s.client_sends(ssl_request_packet + startup({{"user", "me"}}));
        EXPECT_EQ(s.client_got(), "N");
        EXPECT_EQ(s.server_got(), startup({{"user", "me"}}));
    });
}

TEST(ClientStartup, EncryptionIsOfferedAndBeginsWhenTheDriverSaysSo) {
    start_up s(options(), 3, {.offered = true, .required = true});
    s.client_sends(gssenc_request_packet + ssl_request_packet);
    EXPECT_EQ(s.client_got(), "NS");
    EXPECT_EQ(s.talk().at(), stage::encrypting);
    s.talk().on_encrypted("hash");
    s.client_sends(startup({{"user", "me"}}));
    EXPECT_EQ(s.server_got(), startup({{"user", "me"}}));
}

TEST(ClientStartup, NothingMayBePipelinedBehindAnSslRequestThatIsGranted) {
    start_up s(options(), 1000, {.offered = true});
    s.client_sends(ssl_request_packet + startup({{"user", "me"}}));
    EXPECT_EQ(s.client_got(), "S" + fatal("08P01", "received unencrypted data after SSL request"));
    EXPECT_TRUE(s.talk().finished());
    EXPECT_EQ(s.server_got(), "");
}

TEST(ClientStartup, NothingIsAskedForInsideTls) {
    for (const auto& [packet, version] :
         {std::pair(ssl_request_packet, "1234.5679"), std::pair(gssenc_request_packet, "1234.5680")}) {
        start_up s(options(), 1000, {.offered = true});
        s.talk().on_encrypted("hash");
        s.client_sends(packet);
        EXPECT_EQ(s.client_got(), fatal("0A000", "unsupported frontend protocol " + std::string(version) +
                                                     ": server supports 3.0 to 3.0"));
    }
}

TEST(ClientStartup, AClientThatHasToEncryptIsToldSo) {
    start_up s(options(), 1000, {.offered = true, .required = true});
    s.client_sends(startup({{"user", "me"}}));
    EXPECT_EQ(s.client_got(),
              fatal("28000", "connection requires SSL", "Connect with sslmode=require or above."));
}

TEST(ClientStartup, AnotherUpstreamConnectionGetsTheSamePacket) {
    start_up s(options(), 1000);
    s.client_sends(startup({{"user", "me"}}));
    EXPECT_EQ(s.server_got(), startup({{"user", "me"}}));
    s.talk().on_connected({});
    EXPECT_EQ(s.talk().to_server().str(), startup({{"user", "me"}}));
}

TEST(ClientStartup, SecondRequestForEncryptionIsNoProtocol) {
    whole_and_cut(options(), [](start_up& s) {
        s.client_sends(ssl_request_packet + ssl_request_packet);
        EXPECT_EQ(
            s.client_got(),
            "N" + fatal("0A000", "unsupported frontend protocol 1234.5679: server supports 3.0 to 3.0"));
        EXPECT_TRUE(s.talk().finished());
    });
}

TEST(ClientStartup, CancelRequestIsKeptWhole) {
    const std::string packet = raw_packet("\x04\xd2\x16\x2e\0\0\0\x07"s + std::string(32, 'k'));
    whole_and_cut(options(), [&](start_up& s) {
        s.client_sends(packet);
        EXPECT_EQ(s.talk().at(), stage::cancelling);
        EXPECT_EQ(s.talk().cancel_packet(), packet);
        EXPECT_EQ(s.talk().cancelled(), (cancel_key{7, std::string(32, 'k')}));
        EXPECT_EQ(s.client_got() + s.server_got(), "");
    });
}

// Refusals: what the client sends, and the one answer it gets; the upstream is told nothing.

struct refusal {
    const char* name;
    std::string sent;
    std::string answer;
    unsupported_parameters unsupported = unsupported_parameters::strip_harmless;
};

class Refusal : public testing::TestWithParam<refusal> {};

TEST_P(Refusal, IsTheLastWord) {
    whole_and_cut(options(GetParam().unsupported), [](start_up& s) {
        s.client_sends(GetParam().sent);
        EXPECT_EQ(s.client_got(), GetParam().answer);
        EXPECT_EQ(s.server_got(), "");
        EXPECT_TRUE(s.talk().finished());
    });
}

const std::string no_terminator = "invalid startup packet layout: expected terminator as last byte";
const std::string no_replication_hint = "Connect to the PostgreSQL server itself.";

INSTANTIATE_TEST_SUITE_P(
    Cases, Refusal,
    testing::Values(
        refusal{"protocol_2", raw_packet("\0\2\0\0"s + std::string(288, '\0')),
                fatal("0A000", "unsupported frontend protocol 2.0: server supports 3.0 to 3.0")},
        refusal{"protocol_4", raw_packet("\0\4\0\0\0"s),
                fatal("0A000", "unsupported frontend protocol 4.0: server supports 3.0 to 3.0")},
        refusal{"no_user", startup({{"database", "db"}}),
                fatal("28000", "no PostgreSQL user name specified in startup packet")},
        refusal{"empty_user", startup({{"user", ""}}),
                fatal("28000", "no PostgreSQL user name specified in startup packet")},
        refusal{"no_terminator", raw_packet("\0\3\0\0user\0me\0"s), fatal("08P01", no_terminator)},
        refusal{"bytes_behind_terminator", raw_packet("\0\3\0\0user\0me\0\0x"s),
                fatal("08P01", no_terminator)},
        refusal{"length_too_short", "\0\0\0\7"s, fatal("08P01", "invalid length of startup packet")},
        refusal{"length_zero", "\0\0\0\0"s, fatal("08P01", "invalid length of startup packet")},
        refusal{"length_too_long", "\0\0\x27\x15"s, fatal("08P01", "invalid length of startup packet")},
        refusal{"length_above_2_31", "\x80\0\0\x08\0\3\0\0"s,
                fatal("08P01", "invalid length of startup packet")},
        refusal{"http", "GET ", fatal("08P01", "invalid length of startup packet")},
        refusal{"short_cancel", raw_packet("\x04\xd2\x16\x2e\0\0\0\1ab"s),
                fatal("08P01", "invalid length of cancel request packet")},
        refusal{"bad_encoding", startup({{"user", "me"}, {"client_encoding", "klingon"}}),
                fatal("22023", "invalid value for parameter \"client_encoding\": \"klingon\"")},
        refusal{"bad_encoding_forwarding", startup({{"user", "me"}, {"Client_Encoding", ""}}),
                fatal("22023", "invalid value for parameter \"client_encoding\": \"\""),
                unsupported_parameters::forward},
        refusal{"rejected_parameter", startup({{"user", "me"}, {"jit", "off"}}),
                fatal("08P01", "unsupported startup parameter: jit"), unsupported_parameters::reject},
        refusal{
            "replication", startup({{"user", "me"}, {"replication", "database"}}),
            fatal("0A000", "replication connections cannot pass a transaction pooler", no_replication_hint)},
        refusal{
            "replication_rejecting", startup({{"user", "me"}, {"replication", "true"}}),
            fatal("0A000", "replication connections cannot pass a transaction pooler", no_replication_hint),
            unsupported_parameters::reject}),
    [](const auto& i) { return i.param.name; });

TEST(ClientStartup, LongestPacketThatPostgreSqlTakes) {
    const std::string value(startup_packet_limit - startup({{"user", "me"}, {"application_name", ""}}).size(),
                            'x');
    start_up s(options(), 4000);
    s.client_sends(startup({{"user", "me"}, {"application_name", value}}));
    EXPECT_EQ(s.server_got().size(), startup_packet_limit);
}

// Startup parameters (F3)

const std::string no_server_hint =
    "A transaction pooler has no server on which they could be kept for this client. Set them with ALTER "
    "ROLE or ALTER DATABASE, or in each transaction with SET LOCAL; or let pgsidecar leave them out "
    "(startup_parameters.unsupported: strip).";

struct unsupported_case {
    const char* name;
    startup_parameters sent;
    byte_view refusal;                  ///< empty: let in
    std::vector<std::string> stripped;  ///< then
};

class StripHarmless : public testing::TestWithParam<unsupported_case> {};

TEST_P(StripHarmless, LeavesOutWhatDoesNoHarmAndRefusesTheRest) {
    const unsupported_case& c = GetParam();
    startup_parameters sent{{"user", "me"}};
    sent.insert(sent.end(), c.sent.begin(), c.sent.end());
    whole_and_cut(options(unsupported_parameters::strip_harmless), [&](start_up& s) {
        s.client_sends(startup(sent));
        if (!c.refusal.empty()) {
            EXPECT_EQ(s.client_got(), fatal("0A000", c.refusal, no_server_hint));
            EXPECT_EQ(s.server_got(), "");
        } else {
            EXPECT_EQ(s.client_got(), "");
            EXPECT_EQ(s.server_got(), startup({{"user", "me"}}));
            EXPECT_EQ(s.talk().stripped(), c.stripped);
        }
    });
}

INSTANTIATE_TEST_SUITE_P(
    Cases, StripHarmless,
    testing::Values(
        unsupported_case{"planner",
                         {{"jit", "off"}, {"Enable_SeqScan", "off"}, {"geqo", "off"}},
                         "",
                         {"jit", "Enable_SeqScan", "geqo"}},
        unsupported_case{"digits_and_memory",
                         {{"extra_float_digits", "3"}, {"work_mem", "1GB"}},
                         "",
                         {"extra_float_digits", "work_mem"}},
        unsupported_case{"harmless_options",
                         {{"options", " -c jit=off  --work-mem=1GB -cgeqo=off"}},
                         "",
                         {"jit", "work_mem", "geqo"}},
        unsupported_case{"empty_options", {{"options", "  "}}, "", {}},
        unsupported_case{
            "last_options_count", {{"options", "-c role=boss"}, {"options", "-c jit=off"}}, "", {"jit"}},
        unsupported_case{
            "schema", {{"search_path", "secret"}}, "unsupported startup parameter: search_path", {}},
        unsupported_case{
            "each_is_named",
            {{"role", "secret"}, {"jit", "off"}, {"Statement_Timeout", "1"}, {"app.tenant", "7"}},
            "unsupported startup parameters: role, Statement_Timeout, app.tenant",
            {}},
        unsupported_case{
            "unknown", {{"no_such_thing", "1"}}, "unsupported startup parameter: no_such_thing", {}},
        unsupported_case{
            "extension_of_a_harmless_name", {{"jit.x", "1"}}, "unsupported startup parameter: jit.x", {}},
        unsupported_case{"options_of_any_form",
                         {{"options", "-c search_path=secret --row-security=off -capp.tenant=a\\ b"}},
                         "unsupported startup parameters: search_path, row_security, app.tenant",
                         {}},
        unsupported_case{
            "other_switches", {{"options", "-c jit=off -e"}}, "unsupported startup parameter: options", {}},
        unsupported_case{
            "no_name", {{"options", "-c= -c =x --=1"}}, "unsupported startup parameter: options", {}},
        unsupported_case{"no_switch", {{"options", "secret"}}, "unsupported startup parameter: options", {}},
        unsupported_case{"another_user",
                         {{"options", "-c user=boss -c database=x -c replication=1 -c _pq_.a=1"}},
                         "unsupported startup parameters: user, database, replication, _pq_.a",
                         {}}),
    [](const auto& i) { return i.param.name; });

TEST(StartupParameters, WhatHasToBeHonouredIsNamedByKind) {
    for (const char* name : {"search_path",
                             "role",
                             "session_authorization",
                             "default_transaction_isolation",
                             "default_transaction_read_only",
                             "default_transaction_deferrable",
                             "transaction_isolation",
                             "transaction_read_only",
                             "row_security",
                             "statement_timeout",
                             "lock_timeout",
                             "idle_in_transaction_session_timeout",
                             "idle_session_timeout",
                             "transaction_timeout",
                             "session_replication_role",
                             "synchronous_commit",
                             "bytea_output",
                             "IntervalStyle",
                             "xmlbinary",
                             "lc_monetary",
                             "default_text_search_config",
                             "default_tablespace",
                             "temp_tablespaces",
                             "default_table_access_method",
                             "check_function_bodies",
                             "gin_fuzzy_search_limit",
                             "array_nulls",
                             "backslash_quote",
                             "transform_null_equals",
                             "session_preload_libraries",
                             "pgaudit.log"}) {
        SCOPED_TRACE(name);
        EXPECT_FALSE(is_harmless_setting(name));
    }
}

TEST(StartupParameters, SupportedOnesInOptionsAreCarriedInFrontOfTheOthers) {
    for (const auto mode : {unsupported_parameters::strip_harmless, unsupported_parameters::strip,
                            unsupported_parameters::reject}) {
        start_up s(options(mode), 1000);
        s.client_sends(startup(
            {{"user", "me"},
             {"DateStyle", "ISO"},
             {"options", "-c TimeZone=Asia/Tokyo --application-name=a\\ b -c client_encoding=utf-8"}}));
        EXPECT_EQ(s.server_got(), startup({{"TimeZone", "Asia/Tokyo"},
                                           {"application_name", "a b"},
                                           {"client_encoding", "UTF8"},
                                           {"user", "me"},
                                           {"DateStyle", "ISO"}}));
        EXPECT_EQ(s.talk().identity().application_name, "a b");
    }
}

TEST(StartupParameters, OptionsPassAnUpstreamThatTakesThem) {
    startup_options o = options(unsupported_parameters::strip_harmless);
    o.supported.emplace_back("options");
    start_up s(o, 1000);
    s.client_sends(startup({{"user", "me"}, {"options", "-c search_path=a -x"}}));
    EXPECT_EQ(s.server_got(), startup({{"user", "me"}, {"options", "-c search_path=a -x"}}));
}

TEST(StartupParameters, OptionsWithoutAValueAreRefusedAsByPostgreSql) {
    for (const auto& [given, said] : {std::pair("-c jit", "-c jit requires a value"),
                                      std::pair("--work-mem", "--work-mem requires a value")}) {
        start_up s(options(unsupported_parameters::strip_harmless), 1000);
        s.client_sends(startup({{"user", "me"}, {"options", given}}));
        EXPECT_EQ(s.client_got(), fatal("42601", said));
    }
}

TEST(StartupParameters, UnsupportedOnesAreStrippedAndTheClientIsWarnedBeforeReadyForQuery) {
    whole_and_cut(options(unsupported_parameters::strip), [](start_up& s) {
        s.client_sends(
            startup({{"user", "me"}, {"jit", "off"}, {"TimeZone", "UTC"}, {"search_path", "secret"}}));
        EXPECT_EQ(s.server_got(), startup({{"user", "me"}, {"TimeZone", "UTC"}}));
        EXPECT_EQ(s.talk().stripped(), (std::vector<std::string>{"jit", "search_path"}));
        s.server_sends(authenticated + be::parameter_status("TimeZone", "UTC"));
        EXPECT_EQ(s.client_got(), authenticated + be::parameter_status("TimeZone", "UTC"));
        s.server_sends(be::ready('I'));
        const std::string got = s.client_got();
        ASSERT_EQ(got.front(), 'N');
        EXPECT_THAT(got, HasSubstr("SWARNING"s + '\0'));
        EXPECT_THAT(got, HasSubstr("C01000"s + '\0'));
        EXPECT_THAT(got, HasSubstr("Mignored startup parameters: jit, search_path"s + '\0'));
        EXPECT_THAT(got, testing::Not(HasSubstr("secret")));
        EXPECT_TRUE(got.ends_with(be::ready('I')));
    });
}

TEST(StartupParameters, ForwardedAllTheSame) {
    start_up s(options(unsupported_parameters::forward), 1000);
    const startup_parameters parameters{{"user", "me"}, {"jit", "off"}, {"replication", "database"}};
    s.client_sends(startup(parameters));
    EXPECT_EQ(s.server_got(), startup(parameters));
    s.server_sends(authenticated + welcome);
    EXPECT_EQ(s.client_got(), authenticated + welcome) << "and no warning";
}

TEST(StartupParameters, NamesOfTheSupportedListHaveNoCase) {
    start_up s(options(unsupported_parameters::reject), 1000);
    s.client_sends(startup({{"user", "me"}, {"DateStyle", "ISO"}, {"APPLICATION_NAME", "app"}}));
    EXPECT_EQ(s.server_got(), startup({{"user", "me"}, {"DateStyle", "ISO"}, {"APPLICATION_NAME", "app"}}));
    EXPECT_EQ(s.talk().identity().application_name, "app");
}

TEST(StartupParameters, ReplicationThatIsOffIsNoReplication) {
    for (const char* off : {"false", "FALSE", "f", "off", "of", "no", "n", "0"}) {
        SCOPED_TRACE(off);
        start_up s(options(unsupported_parameters::reject), 1000);
        s.client_sends(startup({{"user", "me"}, {"replication", off}}));
        EXPECT_EQ(s.server_got(), startup({{"user", "me"}}));
        EXPECT_TRUE(s.talk().stripped().empty());
    }
    for (const char* on : {"true", "on", "1", "database", "", "o", "nope"}) {
        SCOPED_TRACE(on);
        start_up s(options(), 1000);
        s.client_sends(startup({{"user", "me"}, {"replication", on}}));
        EXPECT_TRUE(s.talk().finished());
    }
}

TEST(StartupParameters, ClientEncodingGoesUpstreamAsTheServerSpellsIt) {
    whole_and_cut(options(), [](start_up& s) {
        s.client_sends(startup({{"user", "me"}, {"client_encoding", "'utf-8'"}}));
        EXPECT_EQ(s.server_got(), startup({{"user", "me"}, {"client_encoding", "UTF8"}}));
    });
}

// Protocol negotiation (§8)

std::string negotiate(const std::vector<byte_view>& unknown) {
    std::string out;
    compose_negotiate_protocol_version(out, unknown);
    return out;
}

TEST(Negotiation, NewerMinorVersionIsAnsweredHere) {
    whole_and_cut(options(), [](start_up& s) {
        s.client_sends(startup({{"user", "me"}, {"_pq_.new", "1"}}, 2));
        EXPECT_EQ(s.client_got(), negotiate({"_pq_.new"}));
        EXPECT_EQ(s.server_got(), startup({{"user", "me"}}));
        s.server_sends(authenticated + welcome);
        EXPECT_EQ(s.client_got(), authenticated + welcome);
    });
}

TEST(Negotiation, OptionsAloneAreAnsweredToo) {
    start_up s(options(unsupported_parameters::reject), 1000);
    s.client_sends(startup({{"_pq_.a", ""}, {"user", "me"}, {"_pq_.b", ""}}));
    EXPECT_EQ(s.client_got(), negotiate({"_pq_.a", "_pq_.b"}));
    EXPECT_EQ(s.server_got(), startup({{"user", "me"}}));
}

TEST(Negotiation, IsLeftToAnUpstreamThatCan) {
    startup_options o = options();
    o.negotiates_protocol = true;
    whole_and_cut(o, [](start_up& s) {
        s.client_sends(startup({{"user", "me"}, {"_pq_.new", "1"}}, 2));
        EXPECT_EQ(s.client_got(), "");
        EXPECT_EQ(s.server_got(), startup({{"user", "me"}, {"_pq_.new", "1"}}, 2));
        s.server_sends(negotiate({"_pq_.new"}) + authenticated + welcome);
        EXPECT_EQ(s.client_got(), negotiate({"_pq_.new"}) + authenticated + welcome);
    });
}

TEST(Negotiation, KeysOfProtocol32Pass) {
    startup_options o = options();
    o.negotiates_protocol = true;
    const std::string key(32, 'k');
    whole_and_cut(o, [&](start_up& s) {
        s.client_sends(startup({{"user", "me"}}, 2));
        const std::string reply = authenticated + be::message('K', "\0\0\0\x07"s + key) + be::ready('I');
        s.server_sends(reply);
        EXPECT_EQ(s.client_got(), reply);
        EXPECT_EQ(s.talk().upstream().backend_key(), (cancel_key{7, key}));
    });
}

// Authentication

TEST(Authentication, PasswordMessagesPassAsTheServerAsksForThem) {
    whole_and_cut(options(), [](start_up& s) {
        s.client_sends(startup({{"user", "me"}}));
        s.server_got();
        s.server_sends(authentication(10, "SCRAM-SHA-256\0\0"s));
        EXPECT_FALSE(s.talk().waits_for_server());
        s.client_sends(fe::message('p', "first"));
        EXPECT_EQ(s.server_got(), fe::message('p', "first"));
        EXPECT_TRUE(s.talk().waits_for_server());
        s.server_sends(authentication(11, "challenge"));
        s.client_sends(fe::message('p', "second"));
        EXPECT_EQ(s.server_got(), fe::message('p', "second"));
        s.server_sends(authentication(12, "final") + authenticated + welcome);
        EXPECT_EQ(s.client_got(), authentication(10, "SCRAM-SHA-256\0\0"s) + authentication(11, "challenge") +
                                      authentication(12, "final") + authenticated + welcome);
        EXPECT_EQ(s.talk().at(), stage::ready);
    });
}

TEST(Authentication, PasswordMessageIsOnePieceOfTheBatch) {
    const startup_options o = options();
    client_startup talk(o);
    talk.on_client_bytes(startup({{"user", "me"}}));
    talk.on_connected({});
    talk.to_server().clear();
    const std::string request = authentication(3);
    talk.on_server_bytes(request);
    const std::string password = fe::message('p', std::string(5000, 'x'));
    EXPECT_EQ(talk.on_client_bytes(byte_view(password).substr(0, password.size() - 1)), 0U);
    EXPECT_TRUE(talk.to_server().empty()) << "pgBouncer takes it only whole";
    EXPECT_EQ(talk.on_client_bytes(password), password.size());
    EXPECT_EQ(talk.to_server().piece_count(), 1U);
}

TEST(Authentication, WhatIsSentTooEarlyWaitsForTheSession) {
    whole_and_cut(options(), [](start_up& s) {
        s.client_sends(startup({{"user", "me"}}) + fe::query("select 1"));
        EXPECT_EQ(s.server_got(), startup({{"user", "me"}}));
        s.server_sends(authenticated + welcome);
        EXPECT_EQ(s.talk().at(), stage::ready);
        EXPECT_EQ(s.unused_of_client(), fe::query("select 1"));
        EXPECT_EQ(s.server_got(), "");
    });
}

TEST(Authentication, PipelinedPasswordIsTakenWhenAskedForAndWhatFollowsIsNot) {
    whole_and_cut(options(), [](start_up& s) {
        s.client_sends(startup({{"user", "me"}}) + fe::message('p', "secret\0"s) + fe::sync());
        s.server_got();
        s.server_sends(authentication(3));
        EXPECT_EQ(s.server_got(), fe::message('p', "secret\0"s));
        s.server_sends(authenticated + welcome);
        EXPECT_EQ(s.unused_of_client(), fe::sync());
    });
}

TEST(Authentication, ServerBytesBehindReadyForQueryAreTheSessions) {
    start_up s(options(), 100'000);
    s.client_sends(startup({{"user", "me"}}));
    s.server_sends(authenticated + welcome + be::notification("channel"));
    EXPECT_EQ(s.client_got(), authenticated + welcome);
    EXPECT_EQ(s.unused_of_server(), be::notification("channel"));
}

TEST(Authentication, ErrorOfTheServerIsTheLastWord) {
    const std::string error = be::fatal("28P01", "password authentication failed for user \"me\"");
    whole_and_cut(options(), [&](start_up& s) {
        s.client_sends(startup({{"user", "me"}}));
        s.server_sends(authentication(3));
        s.client_sends(fe::message('p', "wrong\0"s));
        s.server_sends(be::notice("00000", "careful") + error + be::notice("00000", "too late"));
        EXPECT_EQ(s.client_got(), authentication(3) + be::notice("00000", "careful") + error);
        EXPECT_TRUE(s.talk().finished());
    });
}

TEST(Authentication, PoolerWithoutAServerCannotBeConnectedToNow) {
    constexpr byte_view words = "server login has been failing, try again later (server_login_retry)";
    whole_and_cut(options(), [&](start_up& s) {
        s.client_sends(startup({{"user", "me"}}));
        s.server_sends(be::fatal("08P01", words));
        EXPECT_EQ(s.client_got(), be::fatal("57P03", words));
        EXPECT_TRUE(s.talk().finished());
    });
}

struct bad_client {
    const char* name;
    std::string sent;
    std::string message;
};

class BadClient : public testing::TestWithParam<bad_client> {};

TEST_P(BadClient, IsRefusedInPlaceOfItsPassword) {
    whole_and_cut(options(), [](start_up& s) {
        s.client_sends(startup({{"user", "me"}}));
        s.server_sends(authentication(5, "salt"));
        s.server_got();
        s.client_got();
        s.client_sends(GetParam().sent);
        EXPECT_EQ(s.client_got(), fatal("08P01", GetParam().message));
        EXPECT_EQ(s.server_got(), "");
    });
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadClient,
    testing::Values(
        bad_client{"query", fe::query("select 1"), "expected password response, got message type 81"},
        bad_client{"terminate", fe::terminate(), "expected password response, got message type 88"},
        bad_client{"high_byte", fe::message('\xff'), "expected password response, got message type 255"},
        bad_client{"length_too_short", "p\0\0\0\3"s, "invalid message length"},
        bad_client{"length_too_long", "p\0\1\0\4"s, "invalid message length"},
        bad_client{"length_above_2_31", "p\x80\0\0\4"s, "invalid message length"},
        bad_client{"second_startup", startup({{"user", "boss"}}),
                   "expected password response, got message type 0"}),
    [](const auto& i) { return i.param.name; });

struct bad_server {
    const char* name;
    std::string sent;
};

class BadServer : public testing::TestWithParam<bad_server> {};

TEST_P(BadServer, EndsTheConnection) {
    whole_and_cut(options(), [](start_up& s) {
        s.client_sends(startup({{"user", "me"}}));
        s.server_sends(GetParam().sent);
        std::string got = s.client_got();
        if (got.starts_with(authenticated)) got.erase(0, authenticated.size());
        EXPECT_EQ(got, fatal("08P01", "invalid message from the upstream server during start-up"));
        EXPECT_TRUE(s.talk().finished());
    });
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadServer,
    testing::Values(bad_server{"data_row", be::data_row({"1"})}, bad_server{"length_too_short", "R\0\0\0\3"s},
                    bad_server{"length_too_long", "S\0\xff\xff\xff"s},
                    bad_server{"old_error", "EFATAL:  sorry\n\0"s},
                    bad_server{"http", "HTTP/1.1 400 Bad Request\r\n"},
                    bad_server{"short_authentication", be::message('R', "\0\0"s)},
                    bad_server{"length_above_2_31", "E\x80\0\0\4"s},
                    bad_server{"ready_at_once", be::ready('I')},
                    bad_server{"status_at_once", be::parameter_status("client_encoding", "UTF8")},
                    bad_server{"key_at_once", be::message('K', "\0\0\0\1keys"s)},
                    bad_server{"key_without_key", authenticated + be::message('K', "\0\0\0\1"s)},
                    bad_server{"parameter_status_cut", authenticated + be::message('S', "name")},
                    bad_server{"ready_without_status", authenticated + be::message('Z')},
                    bad_server{"unasked_negotiation", be::message('v', "\0\3\0\0\0\0\0\0"s)}),
    [](const auto& i) { return i.param.name; });

TEST(BadUpstream, AsksAgainBehindAuthenticationOk) {
    for (const std::string& again :
         {authenticated, authentication(3), authentication(10, "SCRAM-SHA-256\0\0"s)})
        whole_and_cut(options(), [&](start_up& s) {
            s.client_sends(startup({{"user", "me"}}));
            s.server_sends(authenticated + again + welcome);
            EXPECT_EQ(s.client_got(), authenticated + fatal("08P01",
                                                            "invalid message from the upstream server "
                                                            "during start-up"));
        });
}

TEST(BadUpstream, SkipsThePasswordThatItHasAskedFor) {
    for (const std::string& asked : {authentication(3), authentication(10, "SCRAM-SHA-256\0\0"s)})
        whole_and_cut(options(), [&](start_up& s) {
            s.client_sends(startup({{"user", "me"}}));
            s.server_sends(asked + be::ready('I'));
            EXPECT_EQ(s.client_got(),
                      asked + fatal("08P01", "invalid message from the upstream server during start-up"));
        });
}

TEST(ClientStartup, SecondStartupMessageIsNeverRead) {
    const std::string again = startup({{"user", "boss"}});
    whole_and_cut(options(), [&](start_up& s) {
        s.client_sends(startup({{"user", "me"}}) + again);
        EXPECT_EQ(s.server_got(), startup({{"user", "me"}}));
        s.server_sends(authenticated + welcome);
        EXPECT_EQ(s.talk().identity().user, "me");
        EXPECT_EQ(s.server_got(), "");
        EXPECT_EQ(s.unused_of_client(), again) << "to the session it is a message of an unknown type";
    });
}

TEST(ClientStartup, RefusedByTheDriver) {
    start_up s(options(), 1000);
    s.client_sends(ssl_request_packet);
    s.client_got();
    s.talk().refuse("53300", "sorry, too many clients already");
    EXPECT_EQ(s.talk().to_client().str(), fatal("53300", "sorry, too many clients already"));
    s.talk().to_client().clear();
    s.talk().refuse("08006", "once is enough");
    EXPECT_TRUE(s.talk().to_client().empty());
    EXPECT_TRUE(s.talk().finished());
}

}  // namespace
}  // namespace pgsidecar::test
