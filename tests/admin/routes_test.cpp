#include "proxy/admin/routes.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <map>

namespace pgsidecar::admin::test {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A proxy that says what the test wants.
class Routes : public testing::Test {
protected:
    answer ask(std::string method, std::string target, scope here = scope::everything) {
        return ask({.method = std::move(method), .target = std::move(target), .who = local}, here);
    }
    answer ask(const request& asked, scope here = scope::everything) {
        answer got;
        net::asio::io_context io;
        net::asio::co_spawn(
            io, [&]() -> net::awaitable<> { got = co_await respond(asked, here, proxy); },
            [](std::exception_ptr failure) {
                if (failure) std::rethrow_exception(failure);
            });
        io.run();
        return got;
    }
    static net::statement_report statement(std::uint64_t hash, std::string sql, std::uint64_t calls) {
        return {hash,
                {.sql = std::make_shared<const std::string>(std::move(sql)),
                 .calls = calls,
                 .server_time = 2'000'000'000 / calls}};
    }

    const caller local{.is_local = true, .host = "localhost:9187"};
    const caller remote{.host = "10.0.0.1:9187"};
    net::report known;
    net::report_parts asked_for;
    std::string upstream_problem, reload_problem;
    condition now;
    config::loaded_settings loaded;
    int drained = 0, reloaded = 0;
    controls proxy{
        .collect = [this](net::report_parts parts) -> net::awaitable<net::report> {
            asked_for = parts;
            co_return known;
        },
        .upstream_problem = [this]() -> net::awaitable<std::string> { co_return upstream_problem; },
        .look = [this] { return now; },
        .configuration = [this]() -> const config::loaded_settings& { return loaded; },
        .drain = [this] { ++drained; },
        .reload =
            [this] {
                ++reloaded;
                return reload_problem;
            },
    };
};

TEST_F(Routes, OneThatIsNotThere) {
    EXPECT_EQ(ask("GET", "/nothing").status, 404U);
    EXPECT_EQ(ask("GET", "/metricsx").status, 404U);
    EXPECT_EQ(ask("GET", "").status, 404U);
}

TEST_F(Routes, MethodsThatARouteDoesNotTake) {
    EXPECT_EQ(ask("POST", "/metrics").status, 405U);
    EXPECT_EQ(ask("POST", "/metrics").allow, "GET, HEAD");
    EXPECT_EQ(ask("GET", "/drain").status, 405U);
    EXPECT_EQ(ask("GET", "/drain").allow, "POST");
    EXPECT_EQ(ask("HEAD", "/reload").status, 405U);
    EXPECT_EQ(drained + reloaded, 0);
}

TEST_F(Routes, TheMetricsAddressHasNothingElse) {
    for (const char* path : {"/metrics", "/healthz", "/readyz"})
        EXPECT_EQ(ask("GET", path, scope::metrics).status, 200U) << path;
    for (const char* path : {"/", "/sessions", "/statements", "/config"})
        EXPECT_EQ(ask("GET", path, scope::metrics).status, 404U) << path;
    for (const char* path : {"/drain", "/reload"}) EXPECT_EQ(ask("POST", path, scope::metrics).status, 404U);
}

TEST_F(Routes, AWorkerThatDoesNotAnswerIsNamed) {
    known.silent = {1, 3};
    const answer got = ask("GET", "/healthz", scope::metrics);
    EXPECT_EQ(got.status, 503U);
    EXPECT_EQ(got.body, R"({"status":"stuck","reason":"no answer from worker 1, 3"})");
    EXPECT_EQ(ask("GET", "/metrics").status, 200U);
}

TEST_F(Routes, StrangersSeeMetricsAndHealthOnly) {
    for (const char* path : {"/metrics", "/healthz", "/readyz"})
        EXPECT_EQ(ask({"GET", path, remote}).status, 200U) << path;
    for (const char* path : {"/", "/sessions", "/statements", "/config"})
        EXPECT_EQ(ask({"GET", path, remote}).status, 403U) << path;
    for (const char* path : {"/drain", "/reload"})
        EXPECT_EQ(ask({"POST", path, remote}).status, 403U) << path;
    EXPECT_EQ(drained + reloaded, 0);
}

TEST_F(Routes, TheTokenMayComeFromAFileThatChanges) {
    const std::string path = testing::TempDir() + "admin_token";
    loaded.values.admin.token_file = path;
    caller who = remote;
    who.authorization = "Bearer first";
    EXPECT_EQ(ask({"GET", "/config", who}).status, 403U);  // no file
    std::ofstream(path) << "first\n";
    EXPECT_EQ(ask({"GET", "/config", who}).status, 200U);
    std::ofstream(path) << "second\n";
    EXPECT_EQ(ask({"GET", "/config", who}).status, 401U);
    std::remove(path.c_str());
}

TEST_F(Routes, DrainAndReload) {
    EXPECT_EQ(ask("POST", "/drain").status, 202U);
    EXPECT_EQ(drained, 1);
    EXPECT_EQ(ask("POST", "/reload").status, 200U);
    reload_problem = "file pgsidecar.yaml, line 3: no such key";
    const answer failed = ask("POST", "/reload");
    EXPECT_EQ(failed.status, 422U);
    EXPECT_THAT(failed.body, HasSubstr("line 3"));
}

TEST_F(Routes, APageElsewhereCannotDrain) {
    caller who = local;
    who.origin = "http://localhost:8000";
    EXPECT_EQ(ask({"POST", "/drain", who}).status, 403U);
    EXPECT_EQ(drained, 0);
}

TEST_F(Routes, ReadyUnlessDrainingOrWithoutAnUpstream) {
    EXPECT_EQ(ask("GET", "/readyz").status, 200U);
    upstream_problem = "could not connect to upstream 10.0.0.9:6543: Connection refused";
    EXPECT_EQ(ask("GET", "/readyz").status, 503U);
    EXPECT_THAT(ask("GET", "/readyz").body, HasSubstr("Connection refused"));
    EXPECT_EQ(ask("GET", "/healthz").status, 200U);
    upstream_problem.clear();
    now.draining = true;
    EXPECT_EQ(ask("GET", "/readyz").status, 503U);
    EXPECT_THAT(ask("GET", "/readyz").body, HasSubstr("draining"));
}

TEST_F(Routes, Sessions) {
    known.sessions.push_back({.id = 7,
                              .peer = "127.0.0.1:5000",
                              .user = "app",
                              .database = "shop",
                              .application_name = "caf\xe9 \"x\"",
                              .state = net::session_state::idle_in_transaction,
                              .connected = std::chrono::milliseconds{2500}});
    const answer got = ask("GET", "/sessions");
    EXPECT_TRUE(asked_for.sessions);
    EXPECT_THAT(got.body, HasSubstr(R"("id":7)"));
    EXPECT_THAT(got.body, HasSubstr(R"("state":"idle_in_transaction")"));
    EXPECT_THAT(got.body, HasSubstr(R"("connected_seconds":2.5)"));
    EXPECT_THAT(got.body, HasSubstr(R"("application_name":"caf� \"x\"")"));
}

TEST_F(Routes, StatementsInOrderWithTheirTextsOnlyWhereAllowed) {
    known.statements = {statement(1, "select 'rare'", 1), statement(2, "select 'often'", 5)};
    const std::string by_calls = ask("GET", "/statements").body;
    EXPECT_LT(by_calls.find("0000000000000002"), by_calls.find("0000000000000001"));
    EXPECT_THAT(by_calls, Not(HasSubstr("select")));
    const std::string by_time = ask("GET", "/statements?order=server_time&limit=1").body;
    EXPECT_THAT(by_time, HasSubstr("0000000000000001"));
    EXPECT_THAT(by_time, Not(HasSubstr("0000000000000002")));
    loaded.values.admin.show_sql = true;
    EXPECT_THAT(ask("GET", "/statements").body, HasSubstr("select 'often'"));
}

TEST_F(Routes, ParametersOfStatementsThatMakeNoSense) {
    for (const char* query :
         {"limit=0", "limit=1001", "limit=-1", "limit=x", "limit=5x", "order=name", "order=Calls"})
        EXPECT_EQ(ask("GET", std::string("/statements?") + query).status, 400U) << query;
    for (const char* query : {"", "limit=1000", "other=1", "&&", "limit", "order"})
        EXPECT_EQ(ask("GET", std::string("/statements?") + query).status, 200U) << query;
}

TEST_F(Routes, TheConfigurationHasNoSecrets) {
    loaded.values.admin.token = "geheim-1";
    loaded.values.upstream.password = "geheim-2";
    loaded.values.upstream.url = "postgresql://app:geheim-3@pooler/shop";
    loaded.origins["admin.token"] = "environment PGSIDECAR_ADMIN_TOKEN";
    const std::string shown = ask("GET", "/config").body;
    EXPECT_THAT(shown, Not(HasSubstr("geheim")));
    EXPECT_THAT(shown, HasSubstr(R"text("admin.token":{"value":"(not shown)",)text"
                                 R"("from":"environment PGSIDECAR_ADMIN_TOKEN"})"));
    EXPECT_THAT(shown, HasSubstr(R"("listen":{"value":["127.0.0.1:6432"],"from":"default"})"));
}

TEST_F(Routes, ThePageRunsItsOwnScriptOnly) {
    const answer first = ask("GET", "/"), second = ask("GET", "/");
    EXPECT_THAT(first.content_type, HasSubstr("text/html"));
    EXPECT_THAT(first.body, Not(HasSubstr("@NONCE@")));
    EXPECT_THAT(first.body, Not(HasSubstr("@SCRIPT@")));
    EXPECT_NE(first.content_policy, second.content_policy);
    EXPECT_THAT(first.content_policy, HasSubstr("default-src 'none'"));
}

TEST_F(Routes, TheMetricsAreTheWorkersSum) {
    net::statistics& counts = known.counts.totals;
    counts.sessions.transactions = 42;
    counts.sessions.errors_avoided[avoided::wrong_statement] = 3;
    counts.sessions.provoked_failures[provoked::e42p05] = 4;
    counts.from_client = 1'000'000'000'000;
    counts.first_byte.observe(std::chrono::milliseconds{3});
    known.counts.sessions[net::session_state::active] = 5;
    const std::string text = ask("GET", "/metrics").body;
    for (const char* line :
         {"pgsidecar_transactions_total 42", R"(pgsidecar_errors_avoided_total{kind="wrong_statement"} 3)",
          R"(pgsidecar_provoked_failures_total{sqlstate="42P05"} 4)",
          R"(pgsidecar_bytes_total{peer="client",direction="in"} 1000000000000)",
          R"(pgsidecar_first_byte_seconds_bucket{le="0.0025"} 0)",
          R"(pgsidecar_first_byte_seconds_bucket{le="0.005"} 1)", "pgsidecar_first_byte_seconds_count 1",
          R"(pgsidecar_sessions{state="active"} 5)", "pgsidecar_upstream_up 1",
          "pgsidecar_max_connections 1000"})
        EXPECT_THAT(text, HasSubstr(std::string(line) + "\n"));
}

}  // namespace
}  // namespace pgsidecar::admin::test
