// SCRAM that passes through, where TLS ends at the proxy on one side or on both.

#include <gmock/gmock.h>

#include "startup/start_up.hpp"

namespace pgsidecar::test {
namespace {

using testing::HasSubstr;

const transport plain{}, tls{.encrypted = true};
const std::string both = authentication(10, "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"s);
const std::string without_plus = authentication(10, "SCRAM-SHA-256\0\0"s);

std::string initial(const std::string& data) {
    std::string out;
    compose_sasl_initial_response(out, "SCRAM-SHA-256", data);
    return out;
}

struct legs {
    const char* name;
    transport client, upstream;
    std::string shown;
};

class OfferOfPlus : public testing::TestWithParam<legs> {};

TEST_P(OfferOfPlus, IsShownOnlyWithoutTls) {
    whole_and_cut(options(), [](start_up& s) {
        s.connected_by(GetParam().client, GetParam().upstream);
        s.client_sends(startup({{"user", "me"}}));
        s.server_got();
        s.server_sends(both);
        EXPECT_EQ(s.client_got(), GetParam().shown);
        s.client_sends(initial("n,,n=,r=abc"));
        EXPECT_EQ(s.server_got(), initial("n,,n=,r=abc"));
        s.server_sends(authentication(11, "r=abcdef,s=QUJD,i=1"));
        EXPECT_EQ(s.client_got(), authentication(11, "r=abcdef,s=QUJD,i=1"));
        s.client_sends(fe::message('p', "y is nothing here"));
        EXPECT_EQ(s.server_got(), fe::message('p', "y is nothing here"));
        s.server_sends(authentication(12, "v=x") + authenticated + welcome);
        EXPECT_EQ(s.client_got(), authentication(12, "v=x") + authenticated + welcome);
    });
}

INSTANTIATE_TEST_SUITE_P(Cases, OfferOfPlus,
                         testing::Values(legs{"no_tls", plain, plain, both},
                                         legs{"client_tls", tls, plain, without_plus},
                                         legs{"upstream_tls", plain, tls, without_plus},
                                         legs{"both_tls", tls, tls, without_plus}),
                         [](const auto& i) { return i.param.name; });

TEST(ChannelBinding, ClientThatMissesItIsToldWhy) {
    whole_and_cut(options(), [](start_up& s) {
        s.connected_by(tls, tls);
        s.client_sends(startup({{"user", "me"}}));
        s.server_got();
        s.server_sends(both);
        s.client_got();
        s.client_sends(initial("y,,n=,r=abc"));
        const std::string got = s.client_got();
        EXPECT_THAT(got, HasSubstr("C28000"s + '\0'));
        EXPECT_THAT(got, HasSubstr("channel binding cannot pass pgsidecar"));
        EXPECT_THAT(got, HasSubstr("channel_binding=disable"));
        EXPECT_EQ(s.server_got(), "") << "the server would call it an attack";
        EXPECT_TRUE(s.talk().finished());
    });
}

TEST(ChannelBinding, ClientThatCouldIsWelcomeWhereTheServerDoesNotOfferIt) {
    start_up s(options(), 1000);
    s.connected_by(tls, tls);
    s.client_sends(startup({{"user", "me"}}));
    s.server_got();
    s.server_sends(without_plus);
    s.client_sends(initial("y,,n=,r=abc"));
    EXPECT_EQ(s.server_got(), initial("y,,n=,r=abc"));
}

TEST(ChannelBinding, ServerThatInsistsOnItIsNotReached) {
    start_up s(options(), 1000);
    s.connected_by(plain, tls);
    s.client_sends(startup({{"user", "me"}}));
    s.server_sends(authentication(10, "SCRAM-SHA-256-PLUS\0\0"s));
    const std::string got = s.client_got();
    EXPECT_THAT(got, HasSubstr("C28000"s + '\0'));
    EXPECT_THAT(got, HasSubstr("insists on SCRAM channel binding"));
    EXPECT_TRUE(s.talk().finished());
}

TEST(ChannelBinding, OtherAndMalformedListsPassUnchanged) {
    for (const std::string& list : {"OAUTHBEARER\0\0"s, "SCRAM-SHA-256-PLUS\0"s, ""s}) {
        start_up s(options(), 1000);
        s.connected_by(tls, plain);
        s.client_sends(startup({{"user", "me"}}));
        s.server_sends(authentication(10, list));
        EXPECT_EQ(s.client_got(), authentication(10, list));
    }
}

}  // namespace
}  // namespace pgsidecar::test
