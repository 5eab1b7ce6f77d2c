#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "proxy/net/statistics.hpp"

namespace pgsidecar::net {

/// How a connection comes to its end: why, whether its client is still heard, and how long each message that
/// the client has left behind may take.
class departure {
public:
    /// Why it ends. The first reason counts.
    void because(ending who, std::string reason) {
        if (has_reason()) return;
        who_ = who;
        reason_ = std::move(reason);
    }
    bool has_reason() const { return !reason_.empty(); }
    ending who() const { return who_; }
    const std::string& reason() const { return reason_; }

    /// It has closed, or nothing of what it still says counts.
    void lose_client() { client_gone_ = true; }
    bool client_is_gone() const { return client_gone_; }

    /// Shuts down at the end of the transaction.
    void drain() {
        if (proxy_ == step::serves) proxy_ = step::drains;
    }
    bool drains() const { return proxy_ == step::drains; }
    /// The client is not heard any more.
    void shut_down() { proxy_ = step::shut_down; }
    bool is_shut_down() const { return proxy_ == step::shut_down; }

    bool hears_client() const { return !client_gone_ && !is_shut_down(); }

    /// What the client has left behind may take `limit` for each message.
    void begin(std::chrono::milliseconds limit) { limit_ = limit; }
    bool has_begun() const { return limit_ != no_limit; }
    std::chrono::milliseconds limit() const { return limit_; }

    /// That has taken longer: what is held is dropped.
    void give_up() { given_up_ = client_gone_ = true; }
    bool is_given_up() const { return given_up_; }

private:
    enum class step : std::uint8_t { serves, drains, shut_down };
    static constexpr std::chrono::milliseconds no_limit{0};

    ending who_ = ending::error;
    std::string reason_;  // for the log
    std::chrono::milliseconds limit_ = no_limit;
    step proxy_ = step::serves;
    bool client_gone_ = false;
    bool given_up_ = false;
};

}  // namespace pgsidecar::net
