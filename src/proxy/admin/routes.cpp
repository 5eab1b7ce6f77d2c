#include "proxy/admin/routes.hpp"

#include <array>
#include <charconv>
#include <random>
#include <string_view>

#include "proxy/admin/json.hpp"
#include "proxy/admin/metrics.hpp"
#include "proxy/admin/status_page.hpp"
#include "proxy/net/log.hpp"
#include "proxy/net/secret_file.hpp"

namespace pgsidecar::admin {
namespace {

using result = net::awaitable<answer>;

struct context {
    const controls& proxy;
    std::string_view query;
};

struct route {
    std::string_view path;
    std::string_view method;
    bool open;  ///< to everybody, on every address
    result (*handle)(context);
};

constexpr std::size_t default_limit = 100;
constexpr std::size_t most_statements = 1'000;

result metrics(context c) {
    const net::report all = co_await c.proxy.collect({});
    const std::string problem = co_await c.proxy.upstream_problem();
    co_return answer{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                     .body = render_metrics(all.counts, c.proxy.look(), problem.empty(),
                                            c.proxy.configuration().values.max_connections)};
}

/// Every worker has to answer: one that is stuck serves nobody, and only a restart helps.
result health(context c) {
    const net::report all = co_await c.proxy.collect({});
    if (all.silent.empty()) co_return answer{.body = status_json("ok")};
    std::string names;
    for (const std::size_t each : all.silent)
        names.append(names.empty() ? "" : ", ").append(std::to_string(each));
    co_return answer{.status = 503, .body = status_json("stuck", "no answer from worker " + names)};
}

result readiness(context c) {
    if (c.proxy.look().draining)
        co_return answer{.status = 503, .body = status_json("not ready", "draining")};
    const std::string problem = co_await c.proxy.upstream_problem();
    if (!problem.empty()) co_return answer{.status = 503, .body = status_json("not ready", problem)};
    co_return answer{.body = status_json("ready")};
}

result sessions(context c) {
    const net::report all = co_await c.proxy.collect({.sessions = true});
    co_return answer{.body = sessions_json(all)};
}

/// The value of a parameter of the query; nothing of ours needs percent-decoding.
std::string_view parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::string_view each = query.substr(0, query.find('&'));
        if (each.starts_with(name) && each.substr(name.size()).starts_with('='))
            return each.substr(name.size() + 1);
        query.remove_prefix(std::min(query.size(), each.size() + 1));
    }
    return {};
}

bool read_limit(std::string_view text, std::size_t& limit) {
    if (text.empty()) return true;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), limit);
    return ec == std::errc() && end == text.data() + text.size() && limit >= 1 && limit <= most_statements;
}

bool read_order(std::string_view text, statement_order& order) {
    constexpr std::array<std::string_view, 4> names{"calls", "reparses", "errors_avoided", "server_time"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (text != names[i]) continue;
        order = static_cast<statement_order>(i);
        return true;
    }
    return text.empty();
}

result statements(context c) {
    std::size_t limit = default_limit;
    statement_order order = statement_order::calls;
    if (!read_limit(parameter(c.query, "limit"), limit))
        co_return answer{.status = 400, .body = status_json("error", "limit has to be 1 to 1000")};
    if (!read_order(parameter(c.query, "order"), order))
        co_return answer{
            .status = 400,
            .body = status_json("error", "order has to be calls, reparses, errors_avoided or server_time")};
    net::report all = co_await c.proxy.collect({.statements = true});
    const bool show_sql = c.proxy.configuration().values.admin.show_sql;
    co_return answer{.body = statements_json(std::move(all), order, limit, show_sql)};
}

result configuration(context c) { co_return answer{.body = configuration_json(c.proxy.configuration())}; }

std::string make_nonce() {
    std::random_device random;
    std::string out;
    for (int i = 0; i < 4; ++i) out += std::to_string(random());
    return out;
}

std::string page_with(const std::string& nonce) {
    std::string body(status_page);
    for (std::size_t at = body.find(nonce_mark); at != body.npos; at = body.find(nonce_mark, at))
        body.replace(at, nonce_mark.size(), nonce);
    return body;
}

/// Only the page's own script and style count, whatever the name of a client may look like.
result page(context) {
    const std::string nonce = make_nonce();
    co_return answer{.content_type = "text/html; charset=utf-8",
                     .body = page_with(nonce),
                     .content_policy = "default-src 'none'; connect-src 'self'; script-src 'nonce-" + nonce +
                                       "'; style-src 'nonce-" + nonce +
                                       "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"};
}

result drain(context c) {
    c.proxy.drain();
    co_return answer{.status = 202, .body = status_json("draining")};
}

result reload(context c) {
    const std::string problem = c.proxy.reload();
    if (!problem.empty()) co_return answer{.status = 422, .body = status_json("not reloaded", problem)};
    co_return answer{.body = status_json("reloaded")};
}

constexpr std::array<route, 9> routes{{
    {"/metrics", "GET", true, metrics},
    {"/healthz", "GET", true, health},
    {"/readyz", "GET", true, readiness},
    {"/sessions", "GET", false, sessions},
    {"/statements", "GET", false, statements},
    {"/config", "GET", false, configuration},
    {"/", "GET", false, page},
    {"/drain", "POST", false, drain},
    {"/reload", "POST", false, reload},
}};

const route* find(std::string_view path, scope here) {
    for (const route& each : routes)
        if (each.path == path && (each.open || here == scope::everything)) return &each;
    return nullptr;
}

bool takes(const route& found, std::string_view method) {
    return method == found.method || (method == "HEAD" && found.method == "GET");
}

/// The configured one, or that of its file as it is now; none where the file cannot be used.
auth::secret_string token(const config::admin_settings& from) try {
    if (from.token_file.empty()) return auth::secret_string(from.token);
    return net::read_secret_line("admin.token_file", from.token_file);
} catch (const std::exception& failure) {
    log::event(log::level::error, log::no_session, "no token for callers from elsewhere",
               {{"error", failure.what()}});
    return {};
}

}  // namespace

result respond(const request& asked, scope here, const controls& proxy) {
    const std::string_view target = asked.target;
    const std::string_view path = target.substr(0, target.find('?'));
    const route* found = find(path, here);
    if (!found) co_return answer{.status = 404, .body = status_json("error", "there is no such route")};
    if (!takes(*found, asked.method))
        co_return answer{.status = 405,
                         .body = status_json("error", "the route does not take this method"),
                         .allow = found->method == "GET" ? "GET, HEAD" : std::string(found->method)};
    if (!found->open) {
        const auth::secret_string wanted = token(proxy.configuration().values.admin);
        const std::string_view why = refusal(asked.who, wanted.reveal());
        const bool token_helps = !asked.who.is_local && !wanted.empty();
        if (!why.empty())
            co_return answer{.status = token_helps ? 401U : 403U, .body = status_json("error", why)};
        if (found->method == "POST" && is_cross_site(asked.who))
            co_return answer{.status = 403,
                             .body = status_json("error", "not from a page of another origin")};
    }
    const std::string_view query = path.size() < target.size() ? target.substr(path.size() + 1) : "";
    co_return co_await found->handle({proxy, query});
}

}  // namespace pgsidecar::admin
