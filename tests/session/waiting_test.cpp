#include <gtest/gtest.h>

#include "proxy/session/session.hpp"
#include "support/backend_builders.hpp"
#include "support/frontend_builders.hpp"

/// A message that waits is looked at again whenever the server has answered something. What has been read of
/// it is kept.
namespace pgsidecar::test {
namespace {

class Waiting : public testing::Test {
protected:
    /// As a relay does: what was not used is fed again after the server's bytes.
    void client_sends(byte_view bytes) {
        pending_.append(bytes);
        feed();
    }
    void server_sends(byte_view bytes) {
        ASSERT_EQ(s.on_server_bytes(bytes), bytes.size());
        forget_output();
        if (s.waits_for_server()) feed();
    }
    void feed() {
        pending_.erase(0, s.on_client_bytes(pending_));
        forget_output();
    }
    void forget_output() {
        s.to_server().clear();
        s.to_client().clear();
    }

    text_pool texts;
    server_link link{pooler_kind::pgbouncer_1_18};
    session s{texts, {}, link};
    std::string pending_;
};

/// Its first look takes it into the pool; another one would take it anew, since nobody else has it.
TEST_F(Waiting, AParseIsReadOnce) {
    client_sends(fe::query("select 1; PREPARE n(int) AS select $1"));
    server_sends(be::close_complete() + be::command_complete("SELECT 1") + be::command_complete("PREPARE") +
                 be::ready('I'));
    const std::size_t read = texts.texts_made();
    client_sends(fe::parse("", "select rows") + fe::bind("") + fe::execute() +
                 fe::parse("b", "EXECUTE n(1)") + fe::sync());
    server_sends(be::parse_complete() + be::bind_complete());
    for (int row = 0; row < 1'000; ++row) {
        ASSERT_TRUE(s.waits_for_server());
        server_sends(be::data_row({"1"}));
    }
    EXPECT_EQ(texts.texts_made(), read + 2);
    EXPECT_EQ(s.counters().parses, 2U);
    server_sends(be::command_complete("SELECT 1000") + be::parse_complete() +
                 be::description({}, {type::int4}));
    EXPECT_FALSE(s.waits_for_server());
    EXPECT_EQ(pending_, "");
}

}  // namespace
}  // namespace pgsidecar::test
