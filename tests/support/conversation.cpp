#include "support/conversation.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "support/notation.hpp"

namespace pgsidecar::test {
namespace {

std::string joined(const conversation::messages& m) {
    std::string out;
    for (const std::string& one : m) out += one;
    return out;
}

}  // namespace

/// One play of a conversation.
class conversation::player {
public:
    player(const session_options& options, const startup_values& start_up, std::size_t piece)
        : link_(options.pooler),
          session_(texts_, options, link_, "UTF8", nullptr, start_up),
          driver_(session_, piece),
          piece_(piece) {}

    void expect_equal(const char* who, const std::string& expected, const std::string& actual,
                      std::vector<std::string> (*notation)(byte_view)) {
        if (expected == actual) return;
        const auto e = notation(expected), a = notation(actual);
        fail(std::string(who) + " gets\n" + difference(e, a) +
             (e == a ? "  (equal but for fields not shown)\n" : ""));
    }
    void server_gets(const std::string& expected) {
        expect_equal("the server", expected, driver_.take_to_server(), frontend_notation);
    }
    void client_gets(const std::string& expected) {
        expect_equal("the client", expected, driver_.take_to_client(), backend_notation);
    }
    void finished(bool expected) {
        if (session_.finished() != expected)
            fail(expected ? "the session has not ended" : "the session has ended");
        ended_ = expected;
    }

    void nothing_left(bool stays_open) {
        server_gets("");
        client_gets("");
        finished(ended_);
        if (!driver_.from_client().empty())
            fail("bytes of the client left:\n" + difference({}, frontend_notation(driver_.from_client())));
        if (!driver_.from_server().empty())
            fail("bytes of the server left:\n" + difference({}, backend_notation(driver_.from_server())));
        if (ended_ || stays_open) return;
        if (!session_.idle()) fail("replies are still expected, or a segment or block is open");
        if (!session_.statements().all_answered()) fail("changes of the statement table are not final");
    }

    session_driver& driver() { return driver_; }
    bool failed() const { return failed_; }
    void at(const location& where) { where_ = where; }

private:
    void fail(const std::string& what) {
        failed_ = true;
        ADD_FAILURE_AT(where_.file_name(), static_cast<int>(where_.line()))
            << (piece_ == 0 ? "whole: " : "in pieces of " + std::to_string(piece_) + ": ") << what;
    }

    text_pool texts_;
    server_link link_;
    session session_;
    session_driver driver_;
    std::size_t piece_;
    location where_;
    bool ended_ = false;
    bool failed_ = false;
};

conversation& conversation::starts_up_with(byte_view name, byte_view value) {
    start_up_.keep(name, value);
    start_up_.report(name, value);
    return *this;
}

conversation& conversation::server_encoding(byte_view value) {
    start_up_.report("server_encoding", value);
    return *this;
}

conversation& conversation::options(const session_options& o) {
    options_ = o;
    return *this;
}

conversation& conversation::pooler(pooler_kind what) {
    options_.pooler = what;
    return *this;
}

conversation& conversation::result_shape_check(shape_check how) {
    options_.result_shape = how;
    return *this;
}

conversation& conversation::max_statement_size(std::size_t bytes) {
    options_.max_statement_size = bytes;
    return *this;
}

conversation& conversation::max_statements(std::size_t count) {
    options_.max_statements = count;
    return *this;
}

conversation& conversation::max_statement_memory(std::size_t bytes) {
    options_.max_statement_memory = bytes;
    return *this;
}

conversation& conversation::then(std::function<void(player&)> play, location at) {
    steps_.push_back({std::move(play), at});
    return *this;
}

conversation& conversation::client_sends(messages m, location at) {
    return then([bytes = joined(m)](player& p) { p.driver().client_sends(bytes); }, at);
}

conversation& conversation::server_gets(messages m, location at) {
    return then([bytes = joined(m)](player& p) { p.server_gets(bytes); }, at);
}

conversation& conversation::server_sends(messages m, location at) {
    return then([bytes = joined(m)](player& p) { p.driver().server_sends(bytes); }, at);
}

conversation& conversation::client_gets(messages m, location at) {
    return then([bytes = joined(m)](player& p) { p.client_gets(bytes); }, at);
}

conversation& conversation::client_closes(location at) {
    return then([](player& p) { p.driver().client_closes(); }, at);
}

conversation& conversation::server_closes(std::string why, location at) {
    return then([why](player& p) { p.driver().server_closes(why); }, at);
}

conversation& conversation::shut_down(location at) {
    return then([](player& p) { p.driver().shut_down(); }, at);
}

conversation& conversation::ends(location at) {
    return then([](player& p) { p.finished(true); }, at);
}

conversation& conversation::stays_open() {
    stays_open_ = true;
    return *this;
}

conversation& conversation::knows(std::string name, std::string sql, birth b, location at) {
    const std::string parse = fe::parse("", sql, b.types);
    client_sends({fe::parse(name, sql, b.types), fe::sync()}, at);
    server_gets({parse, fe::describe_statement(""), fe::sync()}, at);
    server_sends({be::parse_complete(), be::description(b.columns, b.types), be::ready('I')}, at);
    return client_gets({be::parse_complete(), be::ready('I')}, at);
}

conversation& conversation::passes(messages sent, messages answer, location at) {
    return client_sends(sent, at).server_gets(sent, at).server_sends(answer, at).client_gets(answer, at);
}

conversation& conversation::in_block(location at) {
    return passes({fe::query("BEGIN")}, {be::command_complete("BEGIN"), be::ready('T')}, at);
}

conversation& conversation::in_failed_block(location at) {
    return in_block(at).passes({fe::query("select 1/0")},
                               {be::error("22012", "division by zero"), be::ready('E')}, at);
}

void conversation::check(location at) const { check_in_pieces({0, 1, 2, 3, 5, 7, 11, 13, 64}, at); }

void conversation::check_in_pieces(const std::vector<std::size_t>& sizes, location at) const {
    for (const std::size_t piece : sizes)
        if (!plays(piece, at)) return;
}

bool conversation::plays(std::size_t piece, const location& end) const {
    player p(options_, start_up_, piece);
    for (const step& s : steps_) {
        p.at(s.at);
        s.play(p);
        if (p.failed()) return false;
    }
    p.at(end);
    p.nothing_left(stays_open_);
    return !p.failed();
}

}  // namespace pgsidecar::test
