#include "proxy/auth/scram_server.hpp"

#include <gtest/gtest.h>

#include "auth/rfc7677.hpp"
#include "proxy/auth/base64.hpp"
#include "proxy/auth/scram_client.hpp"

namespace pgsidecar::auth {
namespace {

using namespace std::string_literals;

const std::string hash(32, 'h');
const sasl_refusal wrong_password{"28P01", "password authentication failed for user \"user\""};

scram_server rfc_server(const std::string& certificate_hash = {}) {
    const auto secret = read_scram_secret(rfc7677::secret);
    return {rfc7677::user, &*secret, "key", certificate_hash, rfc7677::server_nonce};
}

std::string said(const sasl_step& step) {
    const auto* message = std::get_if<std::string>(&step);
    return message != nullptr ? *message : "refused: " + std::get<sasl_refusal>(step).message;
}

/// The server's last word to a client of ours.
sasl_step exchange(scram_server& server, byte_view mechanism, scram_client client) {
    const sasl_step first = server.on_client_first(mechanism, client.first());
    if (std::holds_alternative<sasl_refusal>(first)) return first;
    const auto final = client.on_server_first(std::get<std::string>(first));
    EXPECT_TRUE(final) << client.problem();
    sasl_step last = server.on_client_final(final.value_or(""));
    if (const auto* message = std::get_if<std::string>(&last)) {
        EXPECT_TRUE(client.on_server_final(*message));
    }
    return last;
}

TEST(ScramServer, SaysWhatTheRfcSays) {
    scram_server server = rfc_server();
    EXPECT_EQ(server.mechanisms(), "SCRAM-SHA-256\0\0"s);
    EXPECT_EQ(said(server.on_client_first(scram_sha_256, rfc7677::client_first)), rfc7677::server_first);
    EXPECT_EQ(said(server.on_client_final(rfc7677::client_final)), rfc7677::server_final);
}

TEST(ScramServer, SecretMadeOfThePasswordIsThatOfPostgreSql) {
    const auto read = read_scram_secret(rfc7677::secret);
    const scram_secret made = make_scram_secret(rfc7677::password, *read_base64(rfc7677::salt));
    ASSERT_TRUE(read);
    EXPECT_EQ(made.iterations, read->iterations);
    EXPECT_EQ(made.salt, read->salt);
    EXPECT_EQ(made.stored_key, read->stored_key);
    EXPECT_EQ(made.server_key, read->server_key);
}

TEST(ScramServer, RefusesAWrongPassword) {
    scram_server server = rfc_server();
    EXPECT_EQ(std::get<sasl_refusal>(exchange(server, scram_sha_256, {secret_string("wrong"), {}})),
              wrong_password);
}

TEST(ScramServer, RefusesAProofThatIsNone) {
    for (const std::string& proof : {""s, "x"s, base64(std::string(31, 'x')), base64(std::string(32, 'x'))}) {
        SCOPED_TRACE(proof);
        scram_server server = rfc_server();
        server.on_client_first(scram_sha_256, rfc7677::client_first);
        const std::string final = "c=biws,r=" + rfc7677::client_nonce + rfc7677::server_nonce + ",p=" + proof;
        EXPECT_EQ(std::get<sasl_refusal>(server.on_client_final(final)), wrong_password);
    }
}

TEST(ScramServer, UnknownUserIsAskedAsAnyOther) {
    scram_server unknown("user", nullptr, "key", {}, "nonce"), again("user", nullptr, "key", {}, "nonce");
    scram_server other("other", nullptr, "key", {}, "nonce"), elsewhere("user", nullptr, "yek", {}, "nonce");
    const auto first = [](scram_server& s) { return said(s.on_client_first(scram_sha_256, "n,,n=,r=abc")); };
    const std::string asked = first(unknown);
    EXPECT_TRUE(asked.starts_with("r=abcnonce,s=")) << asked;
    EXPECT_TRUE(asked.ends_with(",i=4096")) << asked;
    EXPECT_EQ(asked.size(), "r=abcnonce,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"s.size());
    EXPECT_EQ(first(again), asked) << "the salt does not change from one attempt to the next";
    EXPECT_NE(first(other), asked);
    EXPECT_NE(first(elsewhere), asked);
}

TEST(ScramServer, UnknownUserHasNoPasswordThatFits) {
    for (const char* password : {"", "x", "pencil"}) {
        scram_server server("user", nullptr, "key", {});
        EXPECT_EQ(std::get<sasl_refusal>(exchange(server, scram_sha_256, {secret_string(password), {}})),
                  wrong_password);
    }
}

TEST(ScramServer, BindsToTheChannel) {
    scram_server server = rfc_server(hash);
    EXPECT_EQ(server.mechanisms(), "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"s);
    scram_client client(secret_string("pencil"), {.flag = gs2_flag::used, .certificate_hash = hash});
    EXPECT_TRUE(said(exchange(server, scram_sha_256_plus, client)).starts_with("v="));
}

TEST(ScramServer, RefusesAnotherChannel) {
    scram_server server = rfc_server(hash);
    scram_client client(secret_string("pencil"),
                        {.flag = gs2_flag::used, .certificate_hash = std::string(32, 'H')});
    EXPECT_EQ(std::get<sasl_refusal>(exchange(server, scram_sha_256_plus, client)),
              (sasl_refusal{"28000", "SCRAM channel binding check failed"}));
}

TEST(ScramServer, TakesAClientThatCannotBind) {
    scram_server server = rfc_server(hash);
    EXPECT_TRUE(said(exchange(server, scram_sha_256, {secret_string("pencil"), {}})).starts_with("v="));
    scram_server plain = rfc_server();
    const scram_client able(secret_string("pencil"), {.flag = gs2_flag::not_offered});
    EXPECT_TRUE(said(exchange(plain, scram_sha_256, able)).starts_with("v="));
}

TEST(ScramServer, NoticesThatItsOfferWasHidden) {
    scram_server server = rfc_server(hash);
    const sasl_step step = server.on_client_first(scram_sha_256, "y,,n=,r=abc");
    EXPECT_EQ(std::get<sasl_refusal>(step).sqlstate, "28000");
    EXPECT_EQ(std::get<sasl_refusal>(step).message, "SCRAM channel binding negotiation error");
}

struct bad_message {
    const char* name;
    std::string mechanism, first, final;
    const char* sqlstate;
    const char* message;
};

class BadClientMessage : public testing::TestWithParam<bad_message> {};

TEST_P(BadClientMessage, IsRefused) {
    const bad_message& bad = GetParam();
    scram_server server = rfc_server();
    sasl_step step = server.on_client_first(bad.mechanism, bad.first);
    if (!bad.final.empty()) {
        ASSERT_TRUE(std::holds_alternative<std::string>(step)) << said(step);
        step = server.on_client_final(bad.final);
    }
    ASSERT_TRUE(std::holds_alternative<sasl_refusal>(step)) << said(step);
    EXPECT_EQ(std::get<sasl_refusal>(step).sqlstate, bad.sqlstate);
    EXPECT_EQ(std::get<sasl_refusal>(step).message, bad.message);
}

const char* const malformed = "malformed SCRAM message";
const char* const no_mechanism = "client selected an invalid SASL authentication mechanism";
const std::string proof = ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const std::string nonce = rfc7677::client_nonce + rfc7677::server_nonce;

bad_message first(const char* name, const std::string& message, const char* sqlstate = "08P01",
                  const char* text = malformed) {
    return {name, "SCRAM-SHA-256", message, "", sqlstate, text};
}
bad_message final(const char* name, const std::string& message, const char* text = malformed) {
    return {name, "SCRAM-SHA-256", rfc7677::client_first, message, "08P01", text};
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadClientMessage,
    testing::Values(bad_message{"mechanism", "PLAIN", "n,,n=,r=a", "", "08P01", no_mechanism},
                    bad_message{"plus_without_tls", "SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,n=,r=a",
                                "", "08P01", no_mechanism},
                    first("empty", ""), first("flag", "x,,n=,r=a"), first("flag_alone", "n"),
                    first("binding_without_plus", "p=tls-server-end-point,,n=,r=a"),
                    first("no_second_comma", "n,n=,r=a"), first("no_nonce", "n,,n="),
                    first("empty_nonce", "n,,n=,r="), first("unprintable_nonce", "n,,n=,r=a b"),
                    first("authorization_identity", "n,a=root,n=,r=a", "0A000",
                          "client uses authorization identity, but it is not supported"),
                    first("mandatory_extension", "n,,m=x,n=,r=a", "0A000",
                          "client requires an unsupported SCRAM extension"),
                    final("no_proof", "c=biws,r=" + nonce), final("no_binding", "r=" + nonce + proof),
                    final("another_nonce", "c=biws,r=" + nonce + "x" + proof, "invalid SCRAM response"),
                    final("another_binding", "c=eSws,r=" + nonce + proof)),
    [](const auto& i) { return i.param.name; });

TEST(ScramSecret, ReadsOnlyWhatPostgreSqlWrites) {
    EXPECT_TRUE(read_scram_secret(rfc7677::secret));
    const std::string& right = rfc7677::secret;
    for (const std::string& wrong :
         {""s, "SCRAM-SHA-256"s, "md5"s + std::string(32, 'a'), "SCRAM-SHA-1" + right.substr(13), right + "=",
          right.substr(0, right.size() - 4), "SCRAM-SHA-256$0" + right.substr(18),
          "SCRAM-SHA-256$4096:$" + right.substr(right.find("$WG") + 1),
          "SCRAM-SHA-256$9999999" + right.substr(18)})
        EXPECT_FALSE(read_scram_secret(wrong)) << wrong;
}

}  // namespace
}  // namespace pgsidecar::auth
