// connection's upstream connection, from the client's StartupMessage on.

#include "proxy/net/connection.hpp"
#include "proxy/net/log.hpp"

namespace pgsidecar::net {

namespace {

using std::chrono::steady_clock;
using stage = client_startup::stage;

}  // namespace

awaitable<bool> connection::connect_upstream() {
    if (talk_.stage() != stage::connecting || !hears_client()) co_return false;
    if (!certificate_fits()) {
        because(ending::client, "certificate of another user");
        ++here_.counts.logins[login::refused];
        const std::string user = talk_.client().user;
        talk_.startup().refuse("28000", "certificate authentication failed for user \"" + user + "\"");
        co_return false;
    }
    if (!place_.enter(config_->settings.max_connections)) {
        ++here_.counts.limits_hit[limit::max_connections];
        ++here_.counts.logins[login::refused];
        because(ending::limit, "too many clients");
        talk_.startup().refuse("53300", "sorry, too many clients already");
        co_return false;
    }
    const auto begin = steady_clock::now();
    watch_.begin(client_watch::unheard::waits);
    const link_failure failure =
        co_await log_in_->opener.open([this](transport upstream) { say_startup(std::move(upstream)); });
    watch_.stop();
    if (!hears_client()) co_return false;
    here_.counts.upstream_connect.observe(steady_clock::now() - begin);
    ++here_.counts.upstream_connects[failure ? connect_result::failed : connect_result::ok];
    if (failure) refuse_without_upstream(failure);
    co_return !failure;
}

/// With cannot_connect_now clients go on to their next host, and pg_isready says that this one rejects them.
void connection::refuse_without_upstream(const link_failure& failure) {
    because(ending::upstream, "no upstream");
    talk_.startup().refuse(failure.is_away ? "57P03" : "08006",
                           "could not connect to upstream " + failure.why);
    log::event(log::level::error, id_, "could not connect to upstream", {{"error", failure.why}});
}

void connection::say_startup(transport upstream) {
    talk_.startup().on_connected(std::move(upstream));
    write_both();
}

/// To the upstream, and the load balancer in front of that.
void connection::pass_origin_on() {
    if (config_->settings.upstream.proxy_protocol == config::proxy_protocol::off) return;
    std::string header;
    log_in_->origin.compose_header(client_.stream.socket(), header);
    log_in_->opener.greet_with(std::move(header));
}

/// That our own log-in upstream waits for, if it does.
awaitable<> connection::make_keys() {
    const auth::scram_key_request* const wanted = talk_.startup().wanted_keys();
    if (!wanted) co_return;
    const auto keys = co_await log_in_->opener.make_keys(*wanted);
    if (!keys || !talk_.startup().wanted_keys()) co_return;
    talk_.startup().on_keys(*keys);
    write_both();
}

}  // namespace pgsidecar::net
