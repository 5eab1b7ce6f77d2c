#include "proxy/net/upstream_opener.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "protocol/startup_messages.hpp"
#include "proxy/startup/upstream_startup.hpp"
#include "support/backend_builders.hpp"

// Upstream connections that are opened without a client.

namespace pgsidecar::net {
namespace {

using namespace std::string_literals;
using asio::ip::tcp;

const std::string authenticated = test::be::message('R', "\0\0\0\0"s);
const std::string welcome = authenticated + test::be::message('K', "\0\0\0\x07key!"s) + test::be::ready('I');

/// Takes connections; each says what it is told to, one answer for each thing that it has been sent.
class scripted_upstream {
public:
    using answers = std::vector<std::string>;

    scripted_upstream(asio::io_context& io, std::vector<answers> connections)
        : acceptor_(io, {asio::ip::address_v4::loopback(), 0}), left_(std::move(connections)) {
        accept();
    }

    std::uint16_t port() const { return port_; }
    std::vector<std::string> got;  // of all connections, in order

private:
    struct one {
        explicit one(tcp::socket s, answers a) : socket(std::move(s)), to_say(std::move(a)) {}
        tcp::socket socket;
        answers to_say;
        std::size_t said = 0;
        std::array<char, 4096> room{};
    };

    void accept() {
        if (taken_ == left_.size()) return acceptor_.close();
        acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
            if (ec) return;
            go_on(std::make_shared<one>(std::move(socket), left_[taken_++]));
            accept();
        });
    }

    void go_on(const std::shared_ptr<one>& c) {
        c->socket.async_read_some(asio::buffer(c->room), [this, c](error_code ec, std::size_t n) {
            if (ec) return;
            got.emplace_back(c->room.data(), n);
            if (c->said == c->to_say.size()) return;
            asio::write(c->socket, asio::buffer(c->to_say[c->said++]));
            go_on(c);
        });
    }

    tcp::acceptor acceptor_;
    const std::uint16_t port_ = acceptor_.local_endpoint().port();
    std::vector<answers> left_;
    std::size_t taken_ = 0;
};

std::string ssl_request() {
    std::string out;
    compose_ssl_request(out);
    return out;
}

class UpstreamOpener : public testing::Test {
protected:
    UpstreamOpener() { here_.deadlines.start(io_.get_executor()); }

    void upstream_says(std::vector<scripted_upstream::answers> connections, config::tls_mode mode) {
        server_.emplace(io_, std::move(connections));
        set(server_->port(), mode);
    }

    void set(std::uint16_t port, config::tls_mode mode) {
        config::settings settings;
        settings.upstream.addresses = {config::address::tcp("127.0.0.1", port)};
        settings.upstream.connect_attempts = 1;
        settings.upstream.connect_patience = std::chrono::milliseconds{0};
        settings.upstream_tls.mode = mode;
        service_.emplace(settings);
        const auto config = service_->current();
        upstream_.emplace(io_.get_executor(), here_.buffers, config->buffer_limit, config->session.pooler);
        opener_.emplace(*upstream_, *service_, here_, config, [this] { return wanted_; });
    }

    /// From the connection to ReadyForQuery.
    awaitable<> log_in() {
        failure_ = co_await opener_->open([this](transport how) {
            startup_.begin("hello", std::move(how), nullptr);
            upstream_->out.take(startup_.to_server());
        });
        error_code ec;
        while (!failure_ && !ec && wanted_ && last_ != upstream_startup::event::ready) {
            const auto said = startup_.read(upstream_->in.view());
            if (said.what == upstream_startup::event::incomplete)
                co_await upstream_->stream.read(upstream_->in, ec);
            else
                last_ = said.what;
            upstream_->in.consume(said.message.size() > 1 ? said.message.size() : 0);
        }
        upstream_->stream.close();
    }

    void run(
        awaitable<> what, const std::function<void()>& then = [] {}) {
        asio::co_spawn(io_, std::move(what), [](const std::exception_ptr& e) {
            if (e) std::rethrow_exception(e);
        });
        asio::post(io_, then);
        io_.run();
    }

    asio::io_context io_{1};
    worker_state here_;
    std::optional<service> service_;
    std::optional<scripted_upstream> server_;
    std::optional<upstream> upstream_;
    std::optional<upstream_opener> opener_;
    upstream_startup startup_{false};
    bool wanted_ = true;
    link_failure failure_;
    upstream_startup::event last_ = upstream_startup::event::incomplete;
};

TEST_F(UpstreamOpener, OpensALinkThatNobodyHasAskedFor) {
    upstream_says({{welcome}}, config::tls_mode::disable);
    run(log_in());
    EXPECT_FALSE(failure_) << failure_.why;
    EXPECT_EQ(last_, upstream_startup::event::ready);
    EXPECT_EQ(startup_.backend_key(), (cancel_key{7, "key!"}));
    EXPECT_EQ(server_->got, std::vector<std::string>{"hello"});
    EXPECT_EQ(to_string(opener_->target().where), "127.0.0.1:" + std::to_string(server_->port()));
    EXPECT_FALSE(opener_->target().encrypted);
}

TEST_F(UpstreamOpener, SpeaksPlainlyToOneThatHasNoTls) {
    upstream_says({{"N", welcome}}, config::tls_mode::prefer);
    run(log_in());
    EXPECT_EQ(last_, upstream_startup::event::ready);
    EXPECT_EQ(server_->got, (std::vector<std::string>{ssl_request(), "hello"}));
}

TEST_F(UpstreamOpener, TriesTheOtherKindWhereTheFirstIsRefusedAtOnce) {
    const std::string refused = test::be::fatal("28000", "no pg_hba.conf entry, no encryption");
    upstream_says({{refused}, {"N"}}, config::tls_mode::allow);
    run(log_in());
    EXPECT_EQ(server_->got.front(), "hello");
    EXPECT_EQ(server_->got.at(1), ssl_request());
}

TEST_F(UpstreamOpener, SaysWhyTlsCannotBeHad) {
    upstream_says({{"N"}}, config::tls_mode::require);
    run(log_in());
    EXPECT_TRUE(failure_.of_encryption);
    EXPECT_EQ(failure_.why,
              to_string(opener_->target().where) + ": TLS is required, and the upstream has none");
}

TEST_F(UpstreamOpener, SaysWhoIsAway) {
    tcp::acceptor closed(io_, {asio::ip::address_v4::loopback(), 0});
    const std::uint16_t port = closed.local_endpoint().port();
    closed.close();
    set(port, config::tls_mode::prefer);
    run(log_in());
    EXPECT_TRUE(failure_.is_away);
    EXPECT_EQ(failure_.why, "127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST_F(UpstreamOpener, SaysNothingWhenItIsNotWantedAnyMore) {
    upstream_says({{"N"}}, config::tls_mode::prefer);
    wanted_ = false;
    run(log_in());
    EXPECT_EQ(server_->got, std::vector<std::string>{ssl_request()});
}

TEST_F(UpstreamOpener, LeadsWhereAnotherConnectionDoes) {
    upstream_says({{}}, config::tls_mode::prefer);
    const std::uint16_t port = server_->port();
    const endpoint where = tcp::endpoint(asio::ip::address_v4::loopback(), port);
    const upstream_target other{where, "a.test", false};
    run([&]() -> awaitable<> {
        failure_ = co_await opener_->connect_to(other);
        upstream_->stream.close();
    }());
    EXPECT_FALSE(failure_);
    EXPECT_EQ(opener_->target(), other);
}

TEST_F(UpstreamOpener, GivesTheMakingOfKeysUp) {
    set(1, config::tls_mode::disable);
    const auth::scram_key_request slow{
        .password = auth::secret_string("secret"), .salt = "salt", .iterations = 1'000'000};
    std::optional<auth::scram_keys> made;
    run([&]() -> awaitable<> { made = co_await opener_->make_keys(slow); }(), [this] { opener_->abandon(); });
    EXPECT_FALSE(made);
}

}  // namespace
}  // namespace pgsidecar::net
