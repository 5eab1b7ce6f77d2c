// Authentication that ends at the proxy: the client is checked here, and the upstream is logged in to by us.

#include <gmock/gmock.h>

#include <memory>

#include "auth/rfc7677.hpp"
#include "proxy/auth/md5_password.hpp"
#include "startup/start_up.hpp"

namespace pgsidecar::test {
namespace {

using auth::secret_string;
using testing::HasSubstr;
using testing::Not;

const transport local{.local = true}, unix_socket{.unix_socket = true}, remote{};
const transport tls{.encrypted = true}, bindable{.encrypted = true, .certificate_hash = std::string(32, 'h')};

const std::string sasl_offer = authentication(10, "SCRAM-SHA-256\0\0"s);
const std::string plus_offer = authentication(10, "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"s);
const std::string start = startup({{"user", "app"}, {"database", "shop"}});

startup_options own_login(authentication_mode mode, byte_view user, byte_view password) {
    startup_options o = options();
    o.authentication = mode;
    o.credentials = {.user = std::string(user), .password = secret_string(password)};
    o.users = std::make_shared<const auth::users>(
        auth::read_users_file("\"app\" \"apples\"\n\"other\" \"" + auth::rfc7677::secret + "\"\n"),
        secret_string("key"));
    return o;
}

startup_options trusting(byte_view user = "svc", byte_view password = "service") {
    return own_login(authentication_mode::trust, user, password);
}

startup_options checking(byte_view user = "svc", byte_view password = "service") {
    return own_login(authentication_mode::scram_sha_256, user, password);
}

/// Body of the only message in `bytes`.
std::string body_of(const std::string& bytes) {
    const auto f = peek_frame(bytes);
    EXPECT_TRUE(f && f->whole() && f->size() == bytes.size()) << bytes;
    return f ? std::string(f->body()) : "";
}

std::string sasl_data(const std::string& bytes, authentication_request expected) {
    const std::string body = body_of(bytes);
    const auto read = read_authentication(body);
    EXPECT_TRUE(read && read->request == expected) << bytes;
    return read ? std::string(read->data) : "";
}

std::string sasl_initial(byte_view mechanism, byte_view data) {
    std::string out;
    compose_sasl_initial_response(out, mechanism, data);
    return out;
}

/// What stands in the last message to the client.
std::string error_to_client(start_up& s, error_field field) {
    const std::string got = s.client_got();
    const auto f = peek_frame(got);
    if (!f || f->type != 'E') return "no error: " + got;
    return std::string(error_field_value(f->body(), field));
}

/// The client logs in with SCRAM; true if it has been let in.
bool client_logs_in(start_up& s, byte_view password, byte_view mechanism = auth::scram_sha_256,
                    const auth::scram_client::channel_binding& binding = {}) {
    auth::scram_client client(secret_string(password), binding);
    s.client_sends(sasl_initial(mechanism, client.first()));
    const auto final =
        client.on_server_first(sasl_data(s.client_got(), authentication_request::sasl_continue));
    EXPECT_TRUE(final) << client.problem();
    s.client_sends(fe::message('p', final.value_or("")));
    return !s.talk().finished() &&
           client.on_server_final(sasl_data(s.client_got(), authentication_request::sasl_final));
}

/// An upstream that asks for SCRAM; what it says last, before AuthenticationOk.
std::string upstream_checks(start_up& s, byte_view password, const std::string& certificate_hash = {}) {
    const auth::scram_secret secret = auth::make_scram_secret(password, "salt");
    auth::scram_server server("svc", &secret, "", certificate_hash);
    s.server_sends(authentication(10, server.mechanisms()));
    const std::string initial = body_of(s.server_got());
    const auto read = read_sasl_initial_response(initial);
    if (!read) return "no SASLInitialResponse";
    const auto first = server.on_client_first(read->mechanism, read->data);
    if (const auto* refusal = std::get_if<auth::sasl_refusal>(&first)) return refusal->message;
    s.server_sends(authentication(11, std::get<std::string>(first)));
    const auto last = server.on_client_final(body_of(s.server_got()));
    if (const auto* refusal = std::get_if<auth::sasl_refusal>(&last)) return refusal->message;
    s.server_sends(authentication(12, std::get<std::string>(last)));
    return std::string(read->mechanism);
}

void expect_ready(start_up& s) {
    s.server_sends(authenticated + welcome);
    EXPECT_EQ(s.client_got(), authenticated + welcome);
    EXPECT_EQ(s.talk().at(), stage::ready);
}

// The client

TEST(Trust, LocalClientIsAskedNothing) {
    whole_and_cut(trusting(), [&](start_up& s) {
        s.connected_by(local, tls);
        s.client_sends(start);
        EXPECT_EQ(s.server_got(), startup({{"user", "svc"}, {"database", "shop"}}));
        s.server_sends(authentication(3));
        EXPECT_EQ(s.server_got(), fe::message('p', "service\0"s));
        EXPECT_EQ(s.client_got(), "");
        expect_ready(s);
        EXPECT_EQ(s.talk().identity().user, "app") << "the log speaks of the client";
    });
}

TEST(Trust, ClientFromElsewhereIsRefused) {
    for (const transport& client : {remote, tls}) {
        start_up s(trusting(), 1000);
        s.connected_by(client, tls);
        s.client_sends(start);
        EXPECT_EQ(s.server_got(), "");
        const std::string got = s.client_got();
        EXPECT_THAT(got, HasSubstr("C28000"s + '\0'));
        EXPECT_THAT(got, HasSubstr("only clients on this machine are let in without a password"));
        EXPECT_TRUE(s.talk().finished());
    }
}

TEST(ScramOfTheClient, RightPasswordLetsIn) {
    whole_and_cut(checking(), [](start_up& s) {
        s.connected_by(remote, bindable);
        s.client_sends(start);
        EXPECT_EQ(s.client_got(), sasl_offer);
        EXPECT_TRUE(s.talk().waits_for_client());
        EXPECT_EQ(s.server_got(), "") << "the upstream does not hear of a client that is not known";
        EXPECT_TRUE(client_logs_in(s, "apples"));
        EXPECT_EQ(s.server_got(), startup({{"user", "svc"}, {"database", "shop"}}));
        EXPECT_EQ(upstream_checks(s, "service", bindable.certificate_hash), "SCRAM-SHA-256-PLUS");
        expect_ready(s);
    });
}

TEST(ScramOfTheClient, SecretLetsInToo) {
    start_up s(checking(), 1000);
    s.client_sends(startup({{"user", "other"}}));
    s.client_got();
    EXPECT_TRUE(client_logs_in(s, auth::rfc7677::password));
    EXPECT_EQ(s.server_got(), startup({{"user", "svc"}, {"database", "other"}})) << "the client's database";
}

TEST(ScramOfTheClient, BindsToTheChannelOfTheClient) {
    start_up s(checking(), 1000);
    s.connected_by(bindable, tls);
    s.client_sends(start);
    EXPECT_EQ(s.client_got(), plus_offer);
    EXPECT_TRUE(client_logs_in(s, "apples", auth::scram_sha_256_plus,
                               {auth::gs2_flag::used, bindable.certificate_hash}));
}

TEST(ScramOfTheClient, WrongPasswordAndUnknownUserAreToldTheSame) {
    for (const char* user : {"app", "nobody"})
        whole_and_cut(checking(), [&](start_up& s) {
            s.client_sends(startup({{"user", user}}));
            s.client_got();
            EXPECT_FALSE(client_logs_in(s, "wrong"));
            EXPECT_EQ(s.client_got(),
                      fatal("28P01", "password authentication failed for user \""s + user + "\""));
            EXPECT_EQ(s.server_got(), "");
        });
}

struct bad_response {
    const char* name;
    std::string sent;
    std::string message;
};

class BadSaslResponse : public testing::TestWithParam<bad_response> {};

TEST_P(BadSaslResponse, IsRefused) {
    whole_and_cut(checking(), [](start_up& s) {
        s.client_sends(start);
        s.client_got();
        s.client_sends(GetParam().sent);
        const std::string got = s.client_got();
        EXPECT_THAT(got, HasSubstr("C08P01"s + '\0'));
        EXPECT_THAT(got, HasSubstr("M" + GetParam().message + '\0'));
        EXPECT_EQ(s.server_got(), "");
        EXPECT_TRUE(s.talk().finished());
    });
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadSaslResponse,
    testing::Values(
        bad_response{"query", fe::query("select 1"), "expected SASL response, got message type 81"},
        bad_response{"too_long", "p\0\1\0\4"s, "invalid message length"},
        bad_response{"length_above_2_31", "p\x80\0\0\4"s, "invalid message length"},
        bad_response{"second_startup", startup({{"user", "other"}}),
                     "expected SASL response, got message type 0"},
        bad_response{"data_beyond_the_message",
                     fe::message('p',
                                 "SCRAM-SHA-256\0\xff\xff\xff\xff"
                                 "n,,n"s),
                     "malformed SASL initial response"},
        bad_response{"data_without_end", fe::message('p', "SCRAM-SHA-256\0\x7f\xff\xff\xff"s),
                     "malformed SASL initial response"},
        bad_response{"password", fe::message('p', "apples\0"s), "malformed SASL initial response"},
        bad_response{"mechanism", sasl_initial("PLAIN", "x"),
                     "client selected an invalid SASL authentication mechanism"},
        bad_response{"no_scram", sasl_initial("SCRAM-SHA-256", "x"), "malformed SCRAM message"}),
    [](const auto& i) { return i.param.name; });

// The upstream

TEST(UpstreamLogin, IsTheClientsUnlessOursIsNamed) {
    start_up s(own_login(authentication_mode::trust, "", ""), 1000);
    s.connected_by(local, unix_socket);
    s.client_sends(startup({{"user", "app"}}));
    EXPECT_EQ(s.server_got(), startup({{"user", "app"}}));
    s.server_sends(authentication(3));
    EXPECT_EQ(s.server_got(), fe::message('p', "apples\0"s)) << "the password of the users file";
}

TEST(UpstreamLogin, NamesOurDatabase) {
    startup_options o = trusting();
    o.credentials.database = "ours";
    start_up s(o, 1000);
    s.connected_by(local, remote);
    s.client_sends(start);
    EXPECT_EQ(s.server_got(), startup({{"user", "svc"}, {"database", "ours"}}));
}

/// A client that has been let in, at an upstream of this kind that has got the StartupMessage.
std::unique_ptr<start_up> let_in(const transport& upstream, const startup_options& o = trusting()) {
    auto s = std::make_unique<start_up>(o, 1000);
    s->connected_by(local, upstream);
    s->client_sends(start);
    s->server_got();
    return s;
}

TEST(UpstreamLogin, AnswersMd5) {
    for (const char* password : {"service", "md5"}) {
        const bool hash = password == "md5"s;
        const auto stored = "md5ff6d5f1b6bbd6a92a1db2c1ec1b0ccf8"s;
        auto s = let_in(remote, trusting("svc", hash ? stored : password));
        s->server_sends(authentication(5, "salt"));
        const auto answer = auth::md5_answer("svc", hash ? stored : password, "salt");
        EXPECT_EQ(s->server_got(), fe::message('p', std::string(answer->reveal()) + '\0'));
        expect_ready(*s);
    }
}

TEST(UpstreamLogin, PasswordIsOnePieceOfTheBatch) {
    const startup_options o = trusting();
    client_startup talk(o);
    talk.set_client(local);
    talk.on_client_bytes(start);
    talk.on_connected(tls);
    EXPECT_EQ(talk.to_server().piece_count(), 1U);
    talk.to_server().clear();
    const std::string request = authentication(3);
    talk.on_server_bytes(request);
    EXPECT_EQ(talk.to_server().piece_count(), 1U);
    EXPECT_EQ(talk.to_server().str(), fe::message('p', "service\0"s));
}

TEST(UpstreamLogin, AnswersScramWithAndWithoutChannelBinding) {
    for (const auto& [upstream, mechanism] :
         {std::pair(remote, "SCRAM-SHA-256"), std::pair(tls, "SCRAM-SHA-256"),
          std::pair(bindable, "SCRAM-SHA-256-PLUS")}) {
        auto s = let_in(upstream);
        EXPECT_EQ(upstream_checks(*s, "service", upstream.certificate_hash), mechanism);
        EXPECT_EQ(s->client_got(), "") << "nothing of it is the client's";
        expect_ready(*s);
    }
}

TEST(UpstreamLogin, SaysThatItCouldBindWhereThatIsNotOffered) {
    auto s = let_in(bindable);
    s->server_sends(sasl_offer);
    EXPECT_THAT(s->server_got(), HasSubstr("y,,n=,r="));
}

struct bad_login {
    const char* name;
    transport upstream;
    std::string password;
    std::string sent;
    std::string problem;
};

class BadLogin : public testing::TestWithParam<bad_login> {};

TEST_P(BadLogin, IsNotTheClientsFault) {
    auto s = let_in(GetParam().upstream, trusting("svc", GetParam().password));
    s->server_sends(GetParam().sent);
    EXPECT_THAT(s->server_got(), Not(HasSubstr("service")));
    EXPECT_EQ(s->talk().upstream().login_problem(), GetParam().problem);
    const std::string got = s->client_got();
    EXPECT_THAT(got, HasSubstr("C08004"s + '\0'));
    EXPECT_THAT(got, HasSubstr("Mpgsidecar could not log in to the upstream server as user \"svc\": " +
                               GetParam().problem + '\0'));
    EXPECT_THAT(got, HasSubstr("not the client's."));
    EXPECT_TRUE(s->talk().finished());
}

const std::string asks_clear = authentication(3), asks_md5 = authentication(5, "salt");
const std::string md5_hash = "md5" + std::string(32, 'a');
const char* const no_password = "it asks for a password, and pgsidecar has none";
const char* const only_hash = "it asks for the password itself, and pgsidecar has an MD5 hash of it";
const char* const second = "it asks for a second password";

INSTANTIATE_TEST_SUITE_P(
    Cases, BadLogin,
    testing::Values(bad_login{"clear_text_in_the_open", remote, "service", asks_clear,
                              "it asks for the password in clear text, over a connection without TLS"},
                    bad_login{"no_password", tls, "", asks_clear, no_password},
                    bad_login{"no_password_for_md5", tls, "", asks_md5, no_password},
                    bad_login{"no_password_for_scram", tls, "", sasl_offer, no_password},
                    bad_login{"hash_for_clear_text", tls, md5_hash, asks_clear, only_hash},
                    bad_login{"hash_for_scram", tls, md5_hash, sasl_offer, only_hash},
                    bad_login{"malformed_md5", tls, "service", authentication(5, "sal"),
                              "its request for an MD5 password is malformed"},
                    bad_login{"gss", tls, "service", authentication(7),
                              "it asks for authentication method 7, which pgsidecar does not know"},
                    bad_login{"only_plus", tls, "service", authentication(10, "SCRAM-SHA-256-PLUS\0\0"s),
                              "it offers no SASL mechanism that pgsidecar can use"},
                    bad_login{"malformed_mechanisms", tls, "service", authentication(10, "SCRAM-SHA-256\0"s),
                              "its list of SASL mechanisms is malformed"},
                    bad_login{"continue_first", tls, "service", authentication(11, "r=x,s=QUJD,i=1"),
                              "its SASL messages are out of order"},
                    bad_login{"final_first", tls, "service", authentication(12, "v=x"),
                              "its SASL messages are out of order"},
                    bad_login{"another_nonce", tls, "service",
                              sasl_offer + authentication(11, "r=x,s=QUJD,i=1"),
                              "the nonce of the SCRAM message is not an answer to ours"},
                    bad_login{"no_proof_of_the_server", tls, "service", sasl_offer + authenticated,
                              "it has not proved that it knows the password"},
                    bad_login{"md5_after_scram", tls, "service", sasl_offer + asks_md5, second},
                    bad_login{"refused", tls, "service",
                              be::fatal("28000", "no pg_hba.conf entry for host \"127.0.0.1\""),
                              "no pg_hba.conf entry for host \"127.0.0.1\""}),
    [](const auto& i) { return i.param.name; });

TEST(UpstreamLogin, SecondRequestForThePasswordIsNotAnswered) {
    auto s = let_in(tls);
    s->server_sends(asks_clear);
    s->server_got();
    s->server_sends(asks_clear);
    EXPECT_EQ(s->server_got(), "");
    EXPECT_EQ(s->talk().upstream().login_problem(), second);
}

TEST(UpstreamLogin, RefusalOfOurPasswordIsToldAsOurs) {
    // PostgreSQL's, and pgBouncer's, which has one SQLSTATE for everything
    for (const char* sqlstate : {"28P01", "08P01"}) {
        auto s = let_in(tls);
        s->server_sends(asks_clear);
        s->server_sends(be::fatal(sqlstate, "password authentication failed"));
        EXPECT_EQ(error_to_client(*s, error_field::sqlstate), "08004");
        EXPECT_EQ(s->talk().upstream().login_problem(), "password authentication failed");
    }
}

TEST(UpstreamLogin, ErrorsThatAreNotAboutItPassUnchanged) {
    const std::string starting = be::fatal("57P03", "the database system is starting up");
    auto before = let_in(tls);
    before->server_sends(starting);
    EXPECT_EQ(before->client_got(), starting);

    const std::string unknown = be::fatal("3D000", "database \"shop\" does not exist");
    auto after = let_in(tls);
    after->server_sends(asks_clear + authenticated + unknown);
    EXPECT_EQ(after->client_got(), authenticated + unknown);
    EXPECT_EQ(after->talk().upstream().login_problem(), "");
}

/// The server's first SCRAM message with that count, as an answer to ours.
std::string scram_challenge(start_up& s, const std::string& iterations) {
    s.server_sends(sasl_offer);
    const std::string initial = body_of(s.server_got());
    const std::string first(read_sasl_initial_response(initial)->data);
    return authentication(11, "r=" + first.substr(first.find("r=") + 2) + "more,s=QUJD,i=" + iterations);
}

TEST(UpstreamLogin, WaitsForKeysThatAreMadeElsewhere) {
    auto s = let_in(tls);
    s->makes_no_keys();
    EXPECT_EQ(s->talk().wanted_keys(), nullptr);
    s->server_sends(scram_challenge(*s, "1000000") + authenticated);
    const auth::scram_key_request* const wanted = s->talk().wanted_keys();
    ASSERT_NE(wanted, nullptr);
    EXPECT_EQ(wanted->password.reveal(), "service");
    EXPECT_EQ(wanted->salt, "ABC");
    EXPECT_EQ(wanted->iterations, 1'000'000U);
    EXPECT_EQ(s->server_got(), "");
    EXPECT_EQ(s->unused_of_server(), authenticated) << "what follows waits as well";
    s->talk().on_keys(auth::derive_scram_keys("service", "ABC", 1));
    EXPECT_EQ(s->talk().wanted_keys(), nullptr);
    EXPECT_THAT(s->talk().to_server().str(), HasSubstr(",p="));
}

TEST(UpstreamLogin, WantsNoKeysWhenItHasBeenGivenUp) {
    auto s = let_in(tls);
    s->makes_no_keys();
    s->server_sends(scram_challenge(*s, "4096"));
    EXPECT_NE(s->talk().wanted_keys(), nullptr);
    s->talk().refuse("57P01", "the end");
    EXPECT_EQ(s->talk().wanted_keys(), nullptr);
}

TEST(UpstreamLogin, TooManyIterationsAreRefused) {
    auto s = let_in(tls);
    s->server_sends(scram_challenge(*s, "1000001"));
    EXPECT_EQ(error_to_client(*s, error_field::sqlstate), "08004");
    EXPECT_EQ(s->talk().upstream().login_problem(),
              "SCRAM iteration count out of range: 1 to 1000000 are accepted");
}

TEST(UpstreamLogin, PoolerWithoutAServerIsNoMatterOfCredentials) {
    constexpr byte_view words = "server login has been failing, try again later (server_login_retry)";
    auto s = let_in(tls);
    s->server_sends(asks_clear + be::fatal("08P01", words));
    EXPECT_EQ(s->client_got(), be::fatal("57P03", words));
    EXPECT_EQ(s->talk().upstream().login_problem(), "");
}

TEST(UpstreamLogin, ServerThatDoesNotKnowThePasswordIsNotBelieved) {
    auto s = let_in(tls);
    const auth::scram_secret secret = auth::make_scram_secret("service", "salt");
    auth::scram_server server("svc", &secret, "", "");
    s->server_sends(sasl_offer);
    const std::string initial = body_of(s->server_got());
    const auto first = server.on_client_first("SCRAM-SHA-256", read_sasl_initial_response(initial)->data);
    s->server_sends(authentication(11, std::get<std::string>(first)));
    s->server_sends(authentication(12, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") + authenticated);
    EXPECT_EQ(error_to_client(*s, error_field::sqlstate), "08004");
    EXPECT_THAT(s->talk().upstream().login_problem(), HasSubstr("does not know the password"));
}

TEST(UpstreamLogin, NothingSkipsWhatTheServerHasToProve) {
    const std::string invalid = fatal("08P01", "invalid message from the upstream server during start-up");
    for (const std::string& early :
         {be::ready('I'), be::parameter_status("client_encoding", "UTF8"), welcome})
        for (const std::string& asked : {""s, asks_clear, sasl_offer}) {
            auto s = let_in(tls);
            s->server_sends(asked + early);
            EXPECT_EQ(s->client_got(), invalid);
            EXPECT_TRUE(s->talk().finished());
        }
}

TEST(UpstreamLogin, NorInTheMiddleOfScram) {
    const auth::scram_secret secret = auth::make_scram_secret("service", "salt");
    for (const bool proves : {false, true}) {
        auto s = let_in(tls);
        auth::scram_server server("svc", &secret, "", "");
        s->server_sends(sasl_offer);
        const std::string initial = body_of(s->server_got());
        const auto first = server.on_client_first("SCRAM-SHA-256", read_sasl_initial_response(initial)->data);
        s->server_sends(authentication(11, std::get<std::string>(first)));
        const auto last = server.on_client_final(body_of(s->server_got()));
        if (proves) s->server_sends(authentication(12, std::get<std::string>(last)));
        s->server_sends(welcome);
        EXPECT_EQ(error_to_client(*s, error_field::sqlstate), "08P01");
        EXPECT_TRUE(s->talk().finished());
    }
}

TEST(UpstreamLogin, TakesLongMessagesForNothingElse) {
    auto s = let_in(tls);
    s->server_sends(sasl_offer);
    s->server_got();
    s->server_sends(authentication(11, "r=" + std::string(50'000, 'x') + ",s=QUJD,i=1"));
    EXPECT_EQ(s->talk().upstream().login_problem(),
              "the nonce of the SCRAM message is not an answer to ours");
}

TEST(UpstreamLogin, ErrorWithoutASqlStateIsOneOfOurLogin) {
    auto s = let_in(tls);
    s->server_sends(asks_clear + be::message('E', "Mgo away\0\0"s));
    EXPECT_EQ(error_to_client(*s, error_field::sqlstate), "08004");
    auto early = let_in(tls);
    early->server_sends(be::message('E', "\0"s));
    EXPECT_TRUE(early->talk().finished());
}

}  // namespace
}  // namespace pgsidecar::test
