#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "proxy/net/worker.hpp"

namespace pgsidecar::net {

/// Accepts clients on one endpoint. The socket file of a Unix endpoint is removed with it.
class listener {
public:
    /// Says who is to serve the next client.
    using choose_worker = std::function<worker&()>;

    /// Binds; boost::system::system_error if that fails.
    listener(executor where, const endpoint& at);
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    ~listener() { stop(); }

    /// Listens until stop(). Apart from the constructor, so that no address answers before all are had.
    void start(choose_worker choose);
    void stop();

    /// That it is bound to; TCP only.
    std::uint16_t port() const;

private:
    void accept_next();
    void pause(error_code why);

    const endpoint at_;
    asio::basic_socket_acceptor<stream_protocol, executor> acceptor_;
    timer pause_;
    choose_worker choose_;
    endpoint peer_;
    std::string socket_file_;
};

}  // namespace pgsidecar::net
