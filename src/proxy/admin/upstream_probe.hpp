#pragma once

#include <string>

#include "proxy/net/upstream_connector.hpp"
#include "proxy/net/wakeup.hpp"

namespace pgsidecar::admin {

/// Whether the upstream takes connections, asked every few seconds at most, and only when somebody wants to
/// know. One thread.
class upstream_probe {
public:
    explicit upstream_probe(const net::executor& where) : where_(where) { deadlines_.start(where); }

    /// Why not; empty if it does.
    net::awaitable<std::string> problem(config::upstream_settings upstream);

private:
    bool is_fresh() const;
    net::awaitable<> ask(config::upstream_settings upstream);

    net::executor where_;
    net::deadline_queue deadlines_;
    net::upstream_health health_;  // its own: what it finds says nothing to clients
    std::string problem_;
    net::time_point asked_at_{};
    bool asking_ = false;
    net::wakeup answered_;
};

}  // namespace pgsidecar::admin
