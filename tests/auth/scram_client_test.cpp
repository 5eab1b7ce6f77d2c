#include "proxy/auth/scram_client.hpp"

#include <gtest/gtest.h>

#include "auth/rfc7677.hpp"
#include "proxy/auth/base64.hpp"

namespace pgsidecar::auth {
namespace {

scram_client rfc_client(scram_client::channel_binding binding = {}) {
    return {secret_string(rfc7677::password), std::move(binding), rfc7677::client_nonce, rfc7677::user};
}

TEST(ScramClient, SaysWhatTheRfcSays) {
    scram_client client = rfc_client();
    EXPECT_EQ(client.first(), rfc7677::client_first);
    EXPECT_EQ(client.on_server_first(rfc7677::server_first), rfc7677::client_final);
    EXPECT_TRUE(client.on_server_final(rfc7677::server_final));
    EXPECT_EQ(client.problem(), "");
}

TEST(ScramClient, NeedsNoName) {
    const scram_client client{secret_string("x"), {}, "nonce"};
    EXPECT_EQ(client.first(), "n,,n=,r=nonce");
}

TEST(ScramClient, SaysWhatItThinksAboutChannelBinding) {
    scram_client able = rfc_client({.flag = gs2_flag::not_offered});
    EXPECT_TRUE(able.first().starts_with("y,,n="));
    EXPECT_TRUE(able.on_server_first(rfc7677::server_first)->starts_with("c=eSws,"));

    const std::string hash(32, 'h');
    scram_client bound = rfc_client({.flag = gs2_flag::used, .certificate_hash = hash});
    EXPECT_TRUE(bound.first().starts_with("p=tls-server-end-point,,n="));
    EXPECT_TRUE(bound.on_server_first(rfc7677::server_first)
                    ->starts_with("c=" + base64("p=tls-server-end-point,," + hash) + ","));
}

TEST(ScramClient, NoncesDiffer) {
    const scram_client::channel_binding none;
    EXPECT_NE(scram_client(secret_string("x"), none).first(), scram_client(secret_string("x"), none).first());
}

struct bad_server_first {
    const char* name;
    std::string message;
    const char* problem;
};

class BadServerFirst : public testing::TestWithParam<bad_server_first> {};

TEST_P(BadServerFirst, IsNotAnswered) {
    scram_client client = rfc_client();
    EXPECT_EQ(client.on_server_first(GetParam().message), std::nullopt);
    EXPECT_EQ(client.problem(), GetParam().problem);
    EXPECT_FALSE(client.on_server_final(rfc7677::server_final)) << "and nothing was agreed on";
}

const std::string nonce = rfc7677::client_nonce + "x";
const char* const malformed = "malformed SCRAM message";
const char* const no_answer = "the nonce of the SCRAM message is not an answer to ours";
const char* const out_of_range = "SCRAM iteration count out of range: 1 to 1000000 are accepted";

INSTANTIATE_TEST_SUITE_P(
    Cases, BadServerFirst,
    testing::Values(
        bad_server_first{"empty", "", malformed},
        bad_server_first{"extension", "m=x,r=" + nonce + ",s=QUJD,i=4096", malformed},
        bad_server_first{"no_salt", "r=" + nonce + ",i=4096", malformed},
        bad_server_first{"empty_salt", "r=" + nonce + ",s=,i=4096", malformed},
        bad_server_first{"salt_of_no_base64", "r=" + nonce + ",s=QUJ,i=4096", malformed},
        bad_server_first{"no_iterations", "r=" + nonce + ",s=QUJD", malformed},
        bad_server_first{"comma_at_the_end", "r=" + nonce + ",s=QUJD,i=4096,", malformed},
        bad_server_first{"unprintable_nonce", "r=" + nonce + "\x7f,s=QUJD,i=4096", malformed},
        bad_server_first{"another_nonce", "r=another,s=QUJD,i=4096", no_answer},
        bad_server_first{"our_nonce_alone", "r=" + rfc7677::client_nonce + ",s=QUJD,i=1", no_answer},
        bad_server_first{"iterations_zero", "r=" + nonce + ",s=QUJD,i=0", out_of_range},
        bad_server_first{"iterations_negative", "r=" + nonce + ",s=QUJD,i=-1", out_of_range},
        bad_server_first{"iterations_too_many", "r=" + nonce + ",s=QUJD,i=1000001", out_of_range},
        bad_server_first{"iterations_overflow", "r=" + nonce + ",s=QUJD,i=4294967297", out_of_range},
        bad_server_first{"iterations_text", "r=" + nonce + ",s=QUJD,i=4096x", out_of_range}),
    [](const auto& i) { return i.param.name; });

TEST(ScramClient, DoesNotBelieveAServerThatDoesNotKnowThePassword) {
    for (const std::string& message :
         {std::string(), std::string("v="), std::string("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G8="),
          std::string("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4"), std::string("e=other-error")}) {
        SCOPED_TRACE(message);
        scram_client client = rfc_client();
        client.on_server_first(rfc7677::server_first);
        EXPECT_FALSE(client.on_server_final(message));
        EXPECT_NE(client.problem(), "");
    }
}

TEST(ScramClient, DoesNotBelieveASignatureThatComesFirst) {
    scram_client client = rfc_client();
    EXPECT_FALSE(client.on_server_final("v=" + base64(std::string(32, '\0'))));
}

}  // namespace
}  // namespace pgsidecar::auth
