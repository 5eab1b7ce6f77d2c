#include "proxy/config/load.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace pgsidecar::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Load : public ::testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "pgsidecar-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::string file(const std::string& text, const std::string& name = "pgsidecar.yaml") {
        const auto path = (directory_ / name).string();
        std::ofstream(path) << text;
        return path;
    }

    static loaded_settings load(std::vector<const char*> arguments, const environment& variables = {}) {
        arguments.insert(arguments.begin(), "pgsidecar");
        return config::load(parse_command_line(static_cast<int>(arguments.size()), arguments.data()),
                            variables);
    }

    std::filesystem::path directory_;
};

TEST_F(Load, DefaultsAreValid) {
    const auto loaded = load({});
    EXPECT_EQ(loaded.values, settings{});
    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_THAT(loaded.warnings, IsEmpty());
    EXPECT_THAT(loaded.origins, IsEmpty());
}

TEST_F(Load, CommandLineWinsOverEnvironmentOverFileOverDefault) {
    const auto path = file("log: {level: error, format: json}\nmax_connections: 5\nlisten: f:1\n");
    const environment variables = {{"PGSIDECAR_LOG_LEVEL", "warn"}, {"PGSIDECAR_MAX_CONNECTIONS", "6"}};
    const auto loaded = load({"--config", path.c_str(), "--log-level", "trace"}, variables);
    ASSERT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.values.log.level, log_level::trace);
    EXPECT_EQ(loaded.values.max_connections, 6u);
    EXPECT_EQ(loaded.values.log.format, log_format::json);
    EXPECT_EQ(loaded.values.workers, 1u);
    EXPECT_EQ(loaded.origins.at("log.level"), "command line");
    EXPECT_EQ(loaded.origins.at("max_connections"), "environment, PGSIDECAR_MAX_CONNECTIONS");
    EXPECT_EQ(loaded.origins.at("log.format"), path + ":1");
    EXPECT_EQ(loaded.origins.at("listen"), path + ":3");
    EXPECT_FALSE(loaded.origins.contains("workers"));
}

TEST_F(Load, AListReplacesTheWeakerOne) {
    const auto path = file("listen: [f:1, f:2]\n");
    EXPECT_THAT(load({"--config", path.c_str()}, {{"PGSIDECAR_LISTEN", "e:1"}}).values.listen,
                ElementsAre(address::tcp("e", 1)));
}

TEST_F(Load, ReadsEveryKey) {
    const auto path = file(R"(
listen: ["[::1]:7000", "unix:/run/p"]
proxy_protocol: v2
client_tls: {mode: require, certificate: /c, key: /k, client_ca: /a, client_certificate: verify-full,
             user_map: ["a=b=c"], minimum_version: 1.3}
auth: {mode: scram-sha-256, users_file: /u}
upstream: {address: ["unix:/run/u", "b:1"], url: "", connect_timeout: 250ms, connect_attempts: 2, connect_patience: 0,
           negotiates_protocol: true, pooler: direct, proxy_protocol: v2, user: u, database: d, password: p, password_file: ""}
upstream_tls: {mode: verify-ca, negotiation: direct, root_certificate: /r, certificate: /c, key: /k,
               server_name: n, minimum_version: 1.3}
workers: auto
max_connections: 7
max_half_open: 8
max_cancel_requests: 6
max_statements: 9
max_statement_memory: 1MiB
max_worker_statement_memory: 2MiB
drain_timeout: 3
login_timeout: 1m
leave_timeout: 2
shutdown_timeout: 0
tcp_keepalive: {enabled: false, idle: 10, interval: 11s, count: 12}
tcp_user_timeout: 13s
result_shape_check: off
max_statement_size: 1MiB
startup_parameters: {unsupported: reject, supported: [TimeZone, search_path]}
admin: {listen: "127.0.0.1:1", metrics_listen: "0.0.0.0:2", token: t, token_file: "", show_sql: true}
log: {level: off, format: json}
)");
    const auto loaded = load({"--config", path.c_str()});
    ASSERT_THAT(loaded.problems, IsEmpty());
    settings expected;
    expected.listen = {address::tcp("::1", 7000), address::unix_socket("/run/p")};
    expected.proxy_protocol = proxy_protocol::v2;
    expected.client_tls = {
        client_tls_mode::require, "/c", "/k", "/a", client_certificate::verify_full, {{"a=b", "c"}},
        tls_version::v1_3};
    expected.auth = {auth_mode::scram_sha_256, "/u"};
    expected.upstream = {{address::unix_socket("/run/u"), address::tcp("b", 1)},
                         "",
                         250ms,
                         2,
                         0ms,
                         true,
                         pooler_kind::direct,
                         proxy_protocol::v2,
                         "u",
                         "d",
                         "p",
                         ""};
    expected.upstream_tls = {tls_mode::verify_ca, tls_negotiation::direct, "/r", "/c", "/k", "n",
                             tls_version::v1_3};
    expected.workers = auto_workers;
    expected.max_connections = 7;
    expected.max_half_open = 8;
    expected.max_cancel_requests = 6;
    expected.max_statements = 9;
    expected.max_statement_memory = 1 << 20;
    expected.max_worker_statement_memory = 2 << 20;
    expected.drain_timeout = 3s;
    expected.login_timeout = 60s;
    expected.leave_timeout = 2s;
    expected.shutdown_timeout = 0s;
    expected.tcp_keepalive = {false, 10s, 11s, 12, 13s};
    expected.result_shape_check = shape_check::off;
    expected.max_statement_size = 1 << 20;
    expected.startup_parameters = {unsupported_parameters::reject, {"timezone", "search_path"}};
    expected.admin = {{address::tcp("127.0.0.1", 1)}, {address::tcp("0.0.0.0", 2)}, "t", "", true};
    expected.log = {log_level::off, log_format::json};
    EXPECT_EQ(loaded.values, expected);
    EXPECT_EQ(loaded.origins.size(), keys().size());
}

TEST_F(Load, TheEnvironmentMayNameTheFile) {
    const auto named = file("workers: 2\n", "named.yaml");
    const auto given = file("workers: 3\n", "given.yaml");
    EXPECT_EQ(load({}, {{"PGSIDECAR_CONFIG", named}}).values.workers, 2u);
    EXPECT_EQ(load({"--config", given.c_str()}, {{"PGSIDECAR_CONFIG", named}}).values.workers, 3u);
    EXPECT_THAT(load({}, {{"PGSIDECAR_CONFIG", ""}}).problems, ElementsAre(HasSubstr("cannot be read")));
}

TEST_F(Load, NamesThePlaceOfABadValue) {
    const auto path = file("workers: 0\nlisten:\n  - a:1\n  - b\nupstream:\n  connect_timeout: 5 parsecs\n");
    const auto loaded = load({"--config", path.c_str()}, {{"PGSIDECAR_UPSTREAM_ADDRESS", "nowhere"}});
    EXPECT_THAT(
        loaded.problems,
        ElementsAre(
            path + ":1: workers: '0' is not accepted (accepted: 1 to 256, or auto)",
            StartsWith(path + ":4: listen: 'b' is not accepted (accepted: a list of host:port"),
            path + ":6: upstream.connect_timeout: '5 parsecs' is not accepted (accepted: seconds, or a "
                   "number with ms, s, "
                   "m or h; 1ms to 24h)",
            StartsWith(
                "PGSIDECAR_UPSTREAM_ADDRESS: 'nowhere' is not accepted (accepted: a list of host:port")));
}

TEST_F(Load, ABadValueStaysAProblemUnderAGoodOne) {
    const auto path = file("workers: many\n");
    EXPECT_THAT(load({"--config", path.c_str()}, {{"PGSIDECAR_WORKERS", "2"}}).problems,
                ElementsAre(StartsWith(path + ":1: workers: 'many'")));
}

TEST_F(Load, RefusesTlsThatCannotWork) {
    const auto problems = [](const char* variable, const char* value) {
        return load({}, {{variable, value}}).problems;
    };
    EXPECT_THAT(problems("PGSIDECAR_CLIENT_TLS_MODE", "require"),
                ElementsAre("client_tls.certificate: is needed for client_tls.mode allow and require"));
    EXPECT_THAT(problems("PGSIDECAR_CLIENT_TLS_CERTIFICATE", "/c"),
                ElementsAre("client_tls.key: is needed beside client_tls.certificate"));
    EXPECT_THAT(problems("PGSIDECAR_UPSTREAM_TLS_MODE", "verify-full"),
                ElementsAre("upstream_tls.root_certificate: is needed for mode verify-ca and verify-full"));
    EXPECT_THAT(problems("PGSIDECAR_UPSTREAM_TLS_NEGOTIATION", "direct"),
                ElementsAre("environment, PGSIDECAR_UPSTREAM_TLS_NEGOTIATION: upstream_tls.negotiation: "
                            "direct needs mode require or above"));
    EXPECT_THAT(problems("PGSIDECAR_UPSTREAM_TLS_KEY", "/k"),
                ElementsAre("upstream_tls.certificate: is needed beside the other"));
}

TEST_F(Load, ShowsNoSecret) {
    const auto path = file("upstream: {password: \"sec\\nret\"}\nadmin: {token: secret}\n");
    const auto loaded = load({"--config", path.c_str()}, {{"PGSIDECAR_ADMIN_TOKEN_FILE", "/t"}});
    EXPECT_THAT(
        loaded.problems,
        ElementsAre(path + ":1: upstream.password: the value (not shown) is not accepted (accepted: a "
                           "password)",
                    path + ":2: admin.token: stands there and in admin.token_file: one of them has to "
                           "go"));
}

TEST_F(Load, RefusesAddressesThatCannotWorkTogether) {
    EXPECT_THAT(load({}, {{"PGSIDECAR_LISTEN", ""}}).problems,
                ElementsAre("environment, PGSIDECAR_LISTEN: listen: at least one address is needed"));
    EXPECT_THAT(load({"--listen", "a:1", "--listen", "b:1", "--listen", "a:1"}).problems,
                ElementsAre("command line: listen: a:1 stands there twice"));
    EXPECT_THAT(load({"--upstream", "127.0.0.1:6432"}).problems,
                ElementsAre("listen: 127.0.0.1:6432 is upstream.address too"));
}

TEST_F(Load, KeepsMessagesOnOneShortLine) {
    const auto loaded = load({}, {{"PGSIDECAR_WORKERS", "1\n2 pgsidecar: forged"},
                                  {"PGSIDECAR_LOG_LEVEL", std::string(5000, 'x')}});
    ASSERT_EQ(loaded.problems.size(), 2u);
    for (const auto& problem : loaded.problems) {
        EXPECT_EQ(problem.find('\n'), problem.npos);
        EXPECT_LT(problem.size(), 250u);
    }
}

TEST_F(Load, ScramNeedsUsers) {
    EXPECT_THAT(load({}, {{"PGSIDECAR_AUTH_MODE", "scram-sha-256"}}).problems,
                ElementsAre("auth.users_file: is needed for auth.mode scram-sha-256"));
    EXPECT_THAT(
        load({}, {{"PGSIDECAR_AUTH_MODE", "scram-sha-256"}, {"PGSIDECAR_AUTH_USERS_FILE", "/u"}}).problems,
        IsEmpty());
}

TEST_F(Load, TrustWarnsOfClientsThatItWillRefuse) {
    const environment trust = {{"PGSIDECAR_AUTH_MODE", "trust"}};
    EXPECT_THAT(load({}, trust).warnings, IsEmpty());
    EXPECT_THAT(load({"--listen", "127.0.0.1:1", "--listen", "0.0.0.0:2"}, trust).warnings,
                ElementsAre("environment, PGSIDECAR_AUTH_MODE: auth.mode: trust refuses clients from other "
                            "machines, which 0.0.0.0:2 lets connect"));
}

TEST_F(Load, PassThroughWarnsOfWhatItDoesNotUseAndOfWhatCannotWork) {
    const auto loaded =
        load({}, {{"PGSIDECAR_UPSTREAM_USER", "svc"}, {"PGSIDECAR_UPSTREAM_PASSWORD", "s3cret"}});
    EXPECT_THAT(
        loaded.warnings,
        ElementsAre("environment, PGSIDECAR_UPSTREAM_USER: upstream.user: is not used while auth.mode is "
                    "pass-through",
                    "environment, PGSIDECAR_UPSTREAM_PASSWORD: upstream.password: is not used while "
                    "auth.mode is pass-through"));

    environment both_tls = {{"PGSIDECAR_CLIENT_TLS_MODE", "require"},
                            {"PGSIDECAR_CLIENT_TLS_CERTIFICATE", "/c"},
                            {"PGSIDECAR_CLIENT_TLS_KEY", "/k"},
                            {"PGSIDECAR_UPSTREAM_TLS_MODE", "require"}};
    EXPECT_THAT(load({}, both_tls).warnings,
                ElementsAre(StartsWith("auth.mode: SCRAM channel binding cannot pass through")));
    both_tls["PGSIDECAR_UPSTREAM_TLS_MODE"] = "disable";
    EXPECT_THAT(load({}, both_tls).warnings, IsEmpty());
}

}  // namespace
}  // namespace pgsidecar::config
