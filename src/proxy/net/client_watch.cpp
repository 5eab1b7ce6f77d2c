#include "proxy/net/client_watch.hpp"

#include "proxy/session/session.hpp"

namespace pgsidecar::net {

namespace {

/// Often enough for people, and nothing for a client that is held up a moment only.
constexpr std::chrono::milliseconds look_interval{250};

/// Bytes of a client that is held up, up to which more is read: its end lies behind them, in TCP as well.
/// What it floods us with beyond that stays where it is.
constexpr std::size_t read_ahead_limit = std::size_t{1} << 20;

}  // namespace

void client_watch::begin(unheard why) {
    unheard_ = why;
    if (end_ == end::open && !due_.is_set()) due_.set_after(look_interval);
}

client_watch::sight client_watch::look(bool in_session) {
    if (unheard_ == unheard::no) return {};
    sight seen;
    if (unheard_ == unheard::waits)
        seen = read_ahead(in_session);
    else if (client_.stream.peer_has_hung_up())
        seen.what = end::unknown;
    end_ = seen.what;
    if (end_ == end::open) due_.set_after(look_interval);
    return seen;
}

/// To the end if there is one: what lies between is no more than the kernel holds. Nothing that was read
/// before is lent to a writer.
client_watch::sight client_watch::read_ahead(bool in_session) {
    const bool to_the_end = client_.stream.peer_has_hung_up();
    error_code ec;
    while (!ec && !client_.in.is_full() && (to_the_end || client_.in.view().size() < read_ahead_limit))
        client_.stream.read_now(client_.in, ec);
    if (terminate_is_ahead(in_session)) return {.what = end::terminated};
    if (ec && ec != asio::error::try_again) return {.what = end::closed, .why = ec};
    return {.what = to_the_end ? end::unknown : end::open};
}

/// What has been looked through before has none.
bool client_watch::terminate_is_ahead(bool in_session) {
    const std::uint64_t seen = std::exchange(looked_through_, client_.in.bytes_read());
    return in_session && seen != looked_through_ && session::has_terminate(client_.in.view());
}

}  // namespace pgsidecar::net
