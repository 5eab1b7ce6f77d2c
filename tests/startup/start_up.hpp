#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

#include "protocol/backend_messages.hpp"
#include "protocol/composer.hpp"
#include "proxy/startup/client_startup.hpp"
#include "support/backend_builders.hpp"
#include "support/frontend_builders.hpp"

/// Start-up conversations.
namespace pgsidecar::test {

using namespace std::string_literals;
using stage = client_startup::stage;

inline const std::string ssl_request_packet = "\0\0\0\x08\x04\xd2\x16\x2f"s;
inline const std::string gssenc_request_packet = "\0\0\0\x08\x04\xd2\x16\x30"s;

inline std::string startup(const startup_parameters& parameters, std::uint16_t minor = 0) {
    std::string out;
    compose_startup(out, minor, parameters);
    return out;
}

/// A packet with whatever stands behind the length word.
inline std::string raw_packet(const std::string& rest) {
    std::string out;
    field_writer(out).u32(static_cast<std::uint32_t>(rest.size() + 4)).bytes(rest);
    return out;
}

inline std::string fatal(byte_view sqlstate, byte_view message, byte_view hint = {}) {
    std::string out;
    compose_error(out, {.severity = "FATAL", .sqlstate = sqlstate, .message = message, .hint = hint});
    return out;
}

inline std::string authentication(std::uint32_t request, byte_view data = {}) {
    std::string body;
    field_writer(body).u32(request).bytes(data);
    return be::message('R', body);
}

inline const std::string authenticated = authentication(0);
inline const std::string welcome =
    be::parameter_status("client_encoding", "UTF8") + be::message('K', "\0\0\0\x07key!"s) + be::ready('I');

inline startup_options options(unsupported_parameters unsupported = unsupported_parameters::strip_harmless) {
    return {.unsupported = unsupported,
            .supported = {"client_encoding", "datestyle", "timezone", "standard_conforming_strings",
                          "application_name"},
            .negotiates_protocol = false};
}

/// A start-up fed in pieces as a driver feeds it: what is not used comes again, with more behind it.
class start_up {
public:
    start_up(startup_options o, std::size_t piece, client_encryption encryption = {})
        : options_(std::move(o)), talk_(options_, encryption), piece_(piece) {}

    void connected_by(const transport& client, const transport& upstream) {
        talk_.set_client(client);
        upstream_ = upstream;
    }

    /// As a driver that has not got the keys of wanted_keys() yet.
    void makes_no_keys() { makes_keys_ = false; }

    void client_sends(const std::string& bytes) { send(bytes, client_in_, true); }
    void server_sends(const std::string& bytes) { send(bytes, server_in_, false); }

    client_startup& talk() { return talk_; }
    std::string client_got() { return std::exchange(client_got_, {}); }
    std::string server_got() { return std::exchange(server_got_, {}); }
    /// What is left for the session.
    const std::string& unused_of_client() const { return client_in_; }
    const std::string& unused_of_server() const { return server_in_; }

private:
    void send(const std::string& bytes, std::string& in, bool of_client) {
        for (std::size_t at = 0; at < bytes.size(); at += piece_) {
            in += bytes.substr(at, piece_);
            feed(in, of_client);
        }
    }

    void feed(std::string& in, bool of_client) {
        const std::string exact(in);
        const std::size_t used = of_client ? talk_.on_client_bytes(exact) : talk_.on_server_bytes(exact);
        ASSERT_LE(used, exact.size());
        take();
        in.erase(0, used);
        if (talk_.at() == stage::connecting) {
            talk_.on_connected(upstream_);
            take();
        }
        if (const auto* wanted = makes_keys_ ? talk_.wanted_keys() : nullptr) {
            talk_.on_keys(
                auth::derive_scram_keys(wanted->password.reveal(), wanted->salt, wanted->iterations));
            take();
            if (!of_client && !in.empty()) return feed(in, false);
        }
        if (!of_client) feed(client_in_, true);
    }

    void take() {
        client_got_ += talk_.to_client().str();
        server_got_ += talk_.to_server().str();
        talk_.to_client().clear();
        talk_.to_server().clear();
    }

    const startup_options options_;
    transport upstream_;
    bool makes_keys_ = true;
    client_startup talk_;
    std::size_t piece_;
    std::string client_in_, server_in_, client_got_, server_got_;
};

/// Runs a conversation whole and cut into pieces of every length that can matter.
inline void whole_and_cut(const startup_options& o, const std::function<void(start_up&)>& play) {
    for (const std::size_t piece : {100'000U, 1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 16U, 31U}) {
        SCOPED_TRACE("in pieces of " + std::to_string(piece));
        start_up s(o, piece);
        play(s);
    }
}

}  // namespace pgsidecar::test
