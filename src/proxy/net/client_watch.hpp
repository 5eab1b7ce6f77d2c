#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "proxy/net/deadline.hpp"
#include "proxy/net/peer_channel.hpp"

namespace pgsidecar::net {

/// Notices that a client leaves while nobody reads from it: looks at it now and then. A look that is due
/// stays so when the client is read again, which spares setting a deadline for each message.
class client_watch {
public:
    /// Why nobody reads from the client at the moment.
    enum class unheard : std::uint8_t {
        no,
        waits,  ///< for something that the upstream has to do first
        lent,   ///< what was read of it is being written
    };
    /// What is known of the end of the client's stream, which lies behind bytes that are held.
    enum class end : std::uint8_t {
        open,
        unknown,     ///< it has hung up; whether a Terminate is ahead cannot be seen
        terminated,  ///< a Terminate is ahead
        closed,
    };
    struct sight {
        end what = end::open;
        error_code why = {};  ///< of one that is closed
    };

    /// Calls `on_look` when it is time to look().
    client_watch(peer_channel& client, deadline_queue& deadlines, std::function<void()> on_look)
        : client_(client), due_(deadlines, std::move(on_look)) {}

    /// Nobody reads from the client for a while.
    void begin(unheard why);
    void stop() { unheard_ = unheard::no; }

    /// Looks once, unless the client is read. `in_session`: messages have types, so that a Terminate can be
    /// seen.
    sight look(bool in_session);

    end known() const { return end_; }
    void give_up() { due_.give_up(); }

private:
    sight read_ahead(bool in_session);
    bool terminate_is_ahead(bool in_session);

    peer_channel& client_;
    deadline due_;
    std::uint64_t looked_through_ = 0;  // bytes of the client's
    unheard unheard_ = unheard::no;
    end end_ = end::open;
};

}  // namespace pgsidecar::net
