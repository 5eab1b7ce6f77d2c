#include "proxy/net/listener.hpp"

#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "proxy/net/endpoints.hpp"
#include "proxy/net/log.hpp"
#include "proxy/net/socket_options.hpp"

namespace pgsidecar::net {

namespace {

/// Out of descriptors or memory: trying again at once would only spin.
constexpr std::chrono::milliseconds pause_after_failure{100};

bool is_socket(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

/// A file left behind by a program that has ended would be in the way of bind().
void remove_stale_socket_file(const executor& where, const endpoint& at, const std::string& path) {
    if (!is_socket(path)) return;
    stream_socket probe(where);
    error_code ec;
    probe.connect(at, ec);
    if (ec == asio::error::connection_refused) ::unlink(path.c_str());
}

endpoint endpoint_of(int descriptor) {
    endpoint at;
    auto size = static_cast<socklen_t>(at.capacity());
    if (::getsockname(descriptor, at.data(), &size) == 0) at.resize(size);
    return at;
}

/// [::] and 0.0.0.0 are two addresses, as for PostgreSQL.
void set_ipv6_only(int descriptor) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
}

}  // namespace

listener::listener(const executor& where, const endpoint& at)
    : at_(at), inherited_(false), acceptor_(where), pause_(where) {
    const bool is_unix = family_of(at) == AF_UNIX;
    const std::string path = is_unix ? to_string(at) : "";
    acceptor_.open(at.protocol());
    if (is_unix) remove_stale_socket_file(where, at, path);
    if (family_of(at) == AF_INET6) set_ipv6_only(acceptor_.native_handle());
    if (!is_unix) acceptor_.set_option(asio::socket_base::reuse_address(true));
    acceptor_.bind(at);
    socket_file_ = path;
    if (is_unix) ::chmod(path.c_str(), 0777);  // who may log in is for the server to say
}

listener::listener(const executor& where, int descriptor)
    : at_(endpoint_of(descriptor)),
      inherited_(true),
      acceptor_(where, at_.protocol(), descriptor),
      pause_(where) {}

void listener::start(choose_taker choose, has_room room) {
    choose_ = std::move(choose);
    has_room_ = std::move(room);
    acceptor_.listen();
    log::event(log::level::info, log::no_session, "listening", {{"address", to_string(at_)}});
    accept_next();
}

void listener::set_keepalive(const config::keepalive_settings& keepalive) {
    if (family_of(at_) != AF_UNIX) set_options(acceptor_.native_handle(), keepalive);
}

void listener::stop() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    if (!socket_file_.empty()) ::unlink(socket_file_.c_str());
    socket_file_.clear();
}

void listener::take_all_and_stop() {
    error_code ec;
    if (!inherited_) acceptor_.non_blocking(true, ec);
    for (int taken = 0; !inherited_ && !ec && taken < asio::socket_base::max_listen_connections; ++taken) {
        taker chosen = choose_();
        endpoint peer;
        stream_socket client(chosen.where);
        acceptor_.accept(client, peer, ec);
        if (!ec) chosen.serve(std::move(client), peer);
        if (ec == asio::error::connection_aborted) ec.clear();
    }
    stop();
}

std::uint16_t listener::port() const { return tcp_of(acceptor_.local_endpoint()).port(); }

void listener::accept_next() {
    if (!has_room_()) return pause(asio::error::no_descriptors);
    taker chosen = choose_();
    acceptor_.async_accept(chosen.where, peer_,
                           [this, serve = std::move(chosen.serve)](error_code ec, stream_socket client) {
                               if (!ec)
                                   serve(std::move(client), peer_);  // stopped or not: it is its thread's
                               if (!acceptor_.is_open()) return;
                               if (ec && ec != asio::error::connection_aborted) return pause(ec);
                               accept_next();
                           });
}

void listener::pause(error_code why) {
    log::event(log::level::error, log::no_session, "cannot accept a client",
               {{"address", to_string(at_)}, {"error", why.message()}});
    pause_.expires_after(pause_after_failure);
    pause_.async_wait([this](error_code ec) {
        if (!ec && acceptor_.is_open()) accept_next();
    });
}

std::vector<endpoint> endpoints_of(asio::io_context& io, const config::address& at) {
    if (at.type == config::address::kind::unix_socket)
        return {asio::local::stream_protocol::endpoint(at.path)};
    asio::ip::tcp::resolver names(io);
    std::vector<endpoint> found;
    for (const auto& entry :
         names.resolve(at.host, std::to_string(at.port), asio::ip::resolver_base::passive))
        found.emplace_back(entry.endpoint());
    return found;
}

std::vector<std::unique_ptr<listener>> listen_on(asio::io_context& where, const config::address& at) try {
    return listen_on(where, at, endpoints_of(where, at));
} catch (const boost::system::system_error& failure) {
    const std::string text = "cannot listen on " + config::to_string(at) + ": " + failure.code().message();
    if (failure.code() == asio::error::address_in_use) throw address_in_use(text);
    throw std::runtime_error(text);
}

std::vector<std::unique_ptr<listener>> listen_on(asio::io_context& where, const config::address& at,
                                                 const std::vector<endpoint>& endpoints) {
    std::vector<std::unique_ptr<listener>> all;
    std::vector<std::pair<const endpoint*, error_code>> failures;
    for (const endpoint& each : endpoints) try {
            all.push_back(std::make_unique<listener>(where.get_executor(), each));
        } catch (const boost::system::system_error& failure) { failures.emplace_back(&each, failure.code()); }
    if (all.empty() && !failures.empty()) throw boost::system::system_error(failures.front().second);
    for (const auto& [each, why] : failures)
        log::event(
            log::level::warn, log::no_session, "cannot listen on one address of a name",
            {{"name", config::to_string(at)}, {"address", to_string(*each)}, {"error", why.message()}});
    return all;
}

}  // namespace pgsidecar::net
