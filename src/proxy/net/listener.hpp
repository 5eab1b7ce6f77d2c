#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "proxy/config/address.hpp"
#include "proxy/config/settings.hpp"
#include "proxy/net/asio.hpp"

namespace pgsidecar::net {

/// Accepts clients on one endpoint. The socket file of a Unix endpoint is removed with it.
class listener {
public:
    /// Who is to serve the next client: its socket is made for that thread.
    struct taker {
        executor where;
        std::function<void(stream_socket client, const endpoint& peer)> serve;
    };
    using choose_taker = std::function<taker()>;
    /// Whether one more client can be served; those that come meanwhile wait to be accepted.
    using has_room = std::function<bool()>;

    /// Binds; boost::system::system_error if that fails.
    listener(const executor& where, const endpoint& at);
    /// With a socket that listens already.
    listener(const executor& where, int descriptor);
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener() { stop(); }  // NOLINT(bugprone-exception-escape): cancelling a timer does not fail

    /// Listens until stop(). Apart from the constructor, so that no address answers before all are had.
    void start(
        choose_taker choose, has_room room = [] { return true; });
    /// For the clients that come from now on.
    void set_keepalive(const config::keepalive_settings& keepalive);
    void stop();
    /// The same, but whoever has connected by then is still taken: closing would reset them. Not where the
    /// socket is somebody else's too, who will take them.
    void take_all_and_stop();

    /// That it is bound to; TCP only.
    std::uint16_t port() const;

private:
    void accept_next();
    void pause(error_code why);

    const endpoint at_;
    const bool inherited_;
    asio::basic_socket_acceptor<stream_protocol, executor> acceptor_;
    timer pause_;
    choose_taker choose_;
    has_room has_room_;
    endpoint peer_;
    std::string socket_file_;
};

/// Somebody else listens there.
struct address_in_use : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// To listen on; boost::system::system_error if the name is not known.
std::vector<endpoint> endpoints_of(asio::io_context& io, const config::address& at);

/// One listener for each endpoint that the address stands for, in the thread of `where`. As at PostgreSQL one
/// that cannot be had is only warned of; std::runtime_error, which names the address, if none can.
std::vector<std::unique_ptr<listener>> listen_on(asio::io_context& where, const config::address& at);
std::vector<std::unique_ptr<listener>> listen_on(asio::io_context& where, const config::address& at,
                                                 const std::vector<endpoint>& endpoints);

}  // namespace pgsidecar::net
