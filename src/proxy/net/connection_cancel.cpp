// connection as the carrier of a CancelRequest.

#include "protocol/startup_messages.hpp"
#include "proxy/net/connection.hpp"
#include "proxy/net/log.hpp"

namespace pgsidecar::net {

namespace {

std::string_view name_of(cancel_result result) {
    switch (result) {
        case cancel_result::carried: return "carried";
        case cancel_result::joined: return "joined by another";
        case cancel_result::failed: return "failed";
        case cancel_result::dropped: return "dropped, nothing runs";
        case cancel_result::refused: return "dropped, there are too many";
    }
    return {};
}

}  // namespace

void connection::take_cancel_request(const cancel_key& key) {
    std::string packet;
    compose_cancel_request(packet, key.process_id, key.secret_key);
    talk_.on_client_bytes(packet);
}

/// When it has its turn. What still waits at a shutdown is dropped: the session that it is for ends as well.
awaitable<> connection::cancel() {
    const auto when_alive = [this](void (*what)(connection&)) {
        return [where = client_.stream.get_executor(), self = weak_from_this(), what] {
            asio::post(where, [self, what] {
                if (const auto alive = self.lock()) what(*alive);
            });
        };
    };
    place_in_line place(service_.cancel_requests, {.most = config_->settings.max_cancel_requests},
                        when_alive([](connection& self) { self.give_cancel_request_up(); }));
    cancel_turn turn(service_.turns, talk_.startup().cancelled(),
                     when_alive([](connection& self) { self.server_pump_.progress.notify(); }));
    deadline_.set_after(config_->settings.upstream.connect_timeout);
    while (turn.at() == cancel_turn::state::waits && !departure_.is_shut_down())
        co_await server_pump_.progress.wait();
    if (turn.at() == cancel_turn::state::waits) co_return;
    cancel_result result = cancel_result::joined;
    if (turn.at() == cancel_turn::state::carries) result = co_await carry_cancel_request(place);
    if (place.is_given_up()) co_return;
    ++here_.counts.cancel_requests[result];
    because(ending::client, "cancel request " + std::string(name_of(result)));
}

/// There are too many, and this is the oldest that the upstream has not got yet.
void connection::give_cancel_request_up() {
    ++here_.counts.limits_hit[limit::max_cancel_requests];
    ++here_.counts.cancel_requests[cancel_result::refused];
    because(ending::limit, "cancel request " + std::string(name_of(cancel_result::refused)));
    cut();
}

/// Passes the request to the server that runs the query, unchanged; closing tells the client that it has
/// arrived. The pooler closes first, whatever the client does and however long it takes: pgBouncer 1.18 dies,
/// or ends a stranger's session, when the sender of a request that it has passed on leaves before the answer.
awaitable<cancel_result> connection::carry_cancel_request(place_in_line& place) {
    if (comes_too_late()) co_return cancel_result::dropped;
    const link_failure failure = co_await reach_cancelled();
    if (failure) {
        if (!place.is_given_up())
            log::event(log::level::error, id_, "could not carry a cancel request", {{"error", failure.why}});
        co_return cancel_result::failed;
    }
    if (comes_too_late()) co_return cancel_result::dropped;
    if (!place.settle()) co_return cancel_result::refused;
    out_batch request;
    request.compose([&](std::string& out) { out.append(talk_.startup().cancel_packet()); });
    upstream_.out.take(request);
    deadline_.set_after(config_->settings.upstream.connect_timeout);
    error_code ec;
    while (!ec) {
        upstream_.in.clear();
        co_await upstream_.stream.read(upstream_.in, ec);
    }
    co_return cancel_result::carried;
}

/// The session has no server any more: one that the pooler found for it would be another client's.
bool connection::comes_too_late() const {
    const auto known = service_.cancels.find(talk_.startup().cancelled());
    return known && !known->busy;
}

/// The very address that the session to be cancelled uses, and as it does, if it is one of ours.
awaitable<link_failure> connection::reach_cancelled() {
    const auto known = service_.cancels.find(talk_.startup().cancelled());
    upstream_opener& opener = log_in_->opener;
    if (!known) co_return co_await opener.connect();
    co_return co_await opener.connect_to(known->upstream);
}

}  // namespace pgsidecar::net
