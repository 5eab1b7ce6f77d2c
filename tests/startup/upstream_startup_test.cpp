#include "proxy/startup/upstream_startup.hpp"

#include <gtest/gtest.h>

#include "startup/start_up.hpp"

// A link to the upstream that no client has asked for.

namespace pgsidecar::test {
namespace {

using event = upstream_startup::event;
using events = std::vector<event>;

/// Reads all that is whole in `bytes`.
events read_all(upstream_startup& s, byte_view bytes) {
    events out;
    for (;;) {
        const auto said = s.read(bytes);
        if (said.what == event::incomplete) return out;
        out.push_back(said.what);
        if (said.message.raw.empty()) return out;
        bytes.remove_prefix(said.message.size());
    }
}

std::unique_ptr<upstream_login> login_with(byte_view password) {
    return std::make_unique<upstream_login>("svc", auth::secret_string(password),
                                            transport{.unix_socket = true});
}

std::string take(upstream_startup& s) {
    std::string out = s.to_server().str();
    s.to_server().clear();
    return out;
}

TEST(UpstreamStartup, OpensALinkWithoutAClient) {
    upstream_startup s(false);
    s.begin(startup({{"user", "svc"}}), {.unix_socket = true}, login_with("secret"));
    EXPECT_EQ(take(s), startup({{"user", "svc"}}));
    EXPECT_EQ(read_all(s, authentication(3)), events{event::answered});
    EXPECT_EQ(take(s), be::message('p', "secret\0"s));
    EXPECT_FALSE(s.is_logged_in());
    EXPECT_EQ(read_all(s, authenticated + welcome),
              (events{event::told, event::told, event::told, event::ready}));
    EXPECT_TRUE(s.is_logged_in());
    EXPECT_EQ(s.client_encoding(), "UTF8");
    EXPECT_EQ(s.backend_key(), (cancel_key{7, "key!"}));
    EXPECT_EQ(take(s), "");
}

TEST(UpstreamStartup, ReadsOneWholeMessageAtATime) {
    upstream_startup s(false);
    s.begin("", {}, nullptr);
    const std::string first = authentication(5, "salt"), both = first + be::notice("00000", "hello");
    for (std::size_t size = 0; size < first.size(); ++size)
        EXPECT_EQ(s.read(byte_view(both).substr(0, size)).what, event::incomplete) << size;
    const auto said = s.read(both);
    EXPECT_EQ(said.what, event::asked);
    EXPECT_EQ(said.message.raw, first);
}

TEST(UpstreamStartup, LeavesTheLogInToOthersWithoutOneOfItsOwn) {
    upstream_startup s(false);
    s.begin("", {}, nullptr);
    EXPECT_EQ(read_all(s, authentication(3) + authentication(12) + authenticated),
              (events{event::asked, event::told, event::told}));
    EXPECT_EQ(take(s), "");
}

TEST(UpstreamStartup, TellsARefusedLogInFromAnUpstreamThatIsAway) {
    const auto refused = [](byte_view sqlstate, byte_view message, bool asked) {
        upstream_startup s(false);
        s.begin("", {}, login_with("wrong"));
        if (asked) read_all(s, authentication(3));
        const events got = read_all(s, be::fatal(sqlstate, message));
        return std::pair(got, s.login_problem());
    };
    using outcome = std::pair<events, std::string>;
    EXPECT_EQ(refused("28P01", "no", false), (outcome{{event::login_refused}, "no"}));
    EXPECT_EQ(refused("08P01", "no", true), (outcome{{event::login_refused}, "no"}));
    EXPECT_EQ(refused("53300", "full", false), (outcome{{event::refused}, ""}));
    EXPECT_EQ(refused("08P01", "server login has been failing, try again later", true),
              (outcome{{event::no_server}, ""}));
}

TEST(UpstreamStartup, TakesNothingInFrontOfAuthenticationOk) {
    for (const std::string& early :
         {be::ready('I'), be::parameter_status("a", "b"), be::message('K', "\0\0\0\x07key!"s)}) {
        upstream_startup s(false);
        s.begin("", {}, nullptr);
        EXPECT_EQ(read_all(s, early), events{event::malformed}) << early;
        EXPECT_EQ(s.backend_key(), std::nullopt);
    }
}

TEST(UpstreamStartup, RefusesWhatNoUpstreamSaysHere) {
    for (const std::string& said :
         {authenticated, be::message('D', ""), be::message('v', "\0\0\0\0\0\0\0\0"s), be::message('Z', "II"),
          be::message('S', "no value"), be::message('K', "\0"s), std::string("E\x7f\0\0\0"s),
          std::string("E\0\0\0\x03"s)}) {
        upstream_startup s(false);
        s.begin("", {}, nullptr);
        read_all(s, authenticated);
        EXPECT_EQ(read_all(s, said), events{event::malformed}) << said;
    }
}

TEST(UpstreamStartup, BeginsAgainOnAnotherConnection) {
    upstream_startup s(true);
    s.begin("first", {}, login_with("a"));
    take(s);
    s.begin("second", {.encrypted = true}, login_with("b"));
    EXPECT_EQ(take(s), "second");
    EXPECT_TRUE(s.connection().encrypted);
    EXPECT_EQ(read_all(s, be::message('v', "\0\0\0\0\0\0\0\0"s)), events{event::told});
}

}  // namespace
}  // namespace pgsidecar::test
