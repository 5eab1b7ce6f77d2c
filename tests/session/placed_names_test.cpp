#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "protocol/frontend_messages.hpp"
#include "proxy/session/session.hpp"

namespace pgsidecar {
namespace {

constexpr std::size_t names = 300;
constexpr std::size_t text_size = 100'000;

/// A session, and a server to whom everything succeeds.
class placed_names : public testing::Test {
protected:
    void send(std::string message) {
        while (!message.empty()) {
            const std::size_t used = session_.on_client_bytes(message);
            ASSERT_FALSE(session_.to_server().empty());
            flush();
            message.erase(0, used);
        }
    }

    void flush() {
        const std::string sent = session_.to_server().str();
        session_.to_server().clear();
        session_.to_client().clear();
        largest_batch_ = std::max(largest_batch_, sent.size());
        std::string replies;
        for (byte_view rest = sent; !rest.empty(); rest.remove_prefix(peek_frame(rest)->size()))
            answer(replies, *peek_frame(rest));
        ASSERT_EQ(session_.on_server_bytes(replies), replies.size());
    }

    void answer(std::string& replies, const frame& f) {
        switch (static_cast<frontend>(f.type)) {
            case frontend::close: compose_bare(replies, backend::close_complete); break;
            case frontend::parse:
                ++parses_;
                compose_bare(replies, backend::parse_complete);
                break;
            case frontend::describe:
                compose_parameter_description(replies, {});
                compose_bare(replies, backend::no_data);
                break;
            case frontend::query:
            case frontend::sync: compose_ready_for_query(replies, transaction_status::idle); break;
            default: break;
        }
    }

    text_pool texts_;
    server_link link_{pooler_kind::pgbouncer_1_18};
    session session_{texts_, {}, link_};
    std::size_t largest_batch_ = 0;
    std::size_t parses_ = 0;
};

TEST_F(placed_names, OfManyLongStatementsAreSentAFewAtATime) {
    const std::string text = "select '" + std::string(text_size, 'x') + "'";
    std::string query;
    for (std::size_t i = 0; i < names; ++i) {
        const std::string name = "s" + std::to_string(i);
        query += "execute " + name + ";";
        std::string prepare;
        compose_parse(prepare, name, text);
        compose_bare(prepare, frontend::sync);
        send(prepare);
    }
    parses_ = largest_batch_ = 0;

    std::string message;
    compose_query(message, query);
    send(message);

    EXPECT_EQ(parses_, names);
    EXPECT_LT(largest_batch_, std::size_t{2} << 20);
    EXPECT_TRUE(session_.idle());
}

}  // namespace
}  // namespace pgsidecar
