#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "proxy/auth/scram_keys.hpp"
#include "proxy/net/scram_key_maker.hpp"
#include "proxy/net/service.hpp"
#include "proxy/net/upstream.hpp"
#include "proxy/net/upstream_connector.hpp"
#include "proxy/net/upstream_encryption.hpp"
#include "proxy/net/upstream_target.hpp"
#include "proxy/net/worker_state.hpp"
#include "proxy/startup/transport.hpp"

namespace pgsidecar::net {

/// Opens an upstream connection: for a client's session, for a CancelRequest, or for nobody yet. Encrypted by
/// the kinds that sslmode allows, as libpq tries them.
class upstream_opener {
public:
    /// `is_wanted` is asked between two steps: false ends what is not begun yet.
    upstream_opener(upstream& into, service& shared, worker_state& here,
                    std::shared_ptr<const snapshot> config, std::function<bool()> is_wanted);
    upstream_opener(const upstream_opener&) = delete;
    upstream_opener& operator=(const upstream_opener&) = delete;

    /// What every connection begins with.
    void greet_with(std::string greeting) { connector_.greet_with(std::move(greeting)); }

    /// Writes the StartupMessage; told how the upstream is connected.
    using speaker = std::function<void(transport)>;

    /// A connection on which `say` has spoken, and which has not been refused at once where another kind of
    /// encryption could do. Without an error if it is not wanted any more.
    awaitable<link_failure> open(const speaker& say);

    /// A connection on which nothing is said yet, encrypted as sslmode tries first.
    awaitable<link_failure> connect();

    /// The same, to where another connection leads, and as that one does.
    awaitable<link_failure> connect_to(upstream_target other);

    /// Keys for a log-in of ours, remembered or made on the maker's thread; nothing if it is abandoned.
    awaitable<std::optional<auth::scram_keys>> make_keys(const auth::scram_key_request& wanted);

    /// Ends what is being waited for, and tries nothing more. What has been opened stays open.
    void abandon();

    /// Where it leads, once it is open.
    const upstream_target& target() const { return target_; }

private:
    awaitable<link_failure> reach(bool encrypted);
    awaitable<link_failure> begin_link(stream_socket connected, std::string host, bool encrypted);
    awaitable<bool> refused_at_once();
    bool tries_tls_first() const;
    transport connection() const;

    upstream& upstream_;
    service& service_;
    worker_state& here_;
    const std::shared_ptr<const snapshot> config_;
    const std::function<bool()> is_wanted_;
    upstream_connector connector_;
    upstream_target target_ = {};
    std::shared_ptr<key_derivation> keys_;  // while they are waited for
};

}  // namespace pgsidecar::net
