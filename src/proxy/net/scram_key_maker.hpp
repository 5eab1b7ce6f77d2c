#pragma once

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <mutex>
#include <optional>

#include "proxy/auth/scram_key_cache.hpp"
#include "proxy/net/bounded_operation.hpp"

namespace pgsidecar::net {

/// Makes the keys of passwords for SCRAM on a thread of its own, and remembers them: a server may ask for a
/// million iterations, a third of a second in which a worker would serve nobody. From any thread.
class scram_key_maker {
public:
    /// Of users and servers whose keys are remembered.
    static constexpr std::size_t most_remembered = 1000;

    scram_key_maker() = default;
    scram_key_maker(const scram_key_maker&) = delete;
    scram_key_maker& operator=(const scram_key_maker&) = delete;
    ~scram_key_maker() { stop(); }  // NOLINT(bugprone-exception-escape): joining a thread of ours

    std::optional<auth::scram_keys> find(const auth::scram_key_request& wanted);

    /// `on_made` is called on the maker's thread, unless it is stopped before.
    void make(auth::scram_key_request wanted, std::function<void(const auth::scram_keys&)> on_made);

    /// When it has returned nothing is called any more. Takes as long as one set of keys.
    void stop();

private:
    auth::scram_keys find_or_derive(const auth::scram_key_request& wanted);

    std::mutex mutex_;
    auth::scram_key_cache known_{most_remembered};
    std::optional<asio::thread_pool> thread_;  // from the first that is made
    bool stopped_ = false;
};

/// Waits for keys on a thread of its own.
class key_derivation : public bounded_operation {
public:
    using bounded_operation::bounded_operation;

    void start(scram_key_maker& maker, const auth::scram_key_request& wanted, const executor& where);

    std::optional<auth::scram_keys> keys;
};

}  // namespace pgsidecar::net
