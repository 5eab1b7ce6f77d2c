#pragma once

#include <functional>
#include <string>
#include <vector>

#include "proxy/config/load.hpp"
#include "proxy/net/service.hpp"

namespace pgsidecar::net {

/// Reads the configuration again from all of its places.
using load_settings = std::function<config::loaded_settings()>;

/// Puts a changed configuration in place for the connections that begin from then on, whole or not at all.
class reloader {
public:
    reloader(const executor& where, service& shared, config::loaded_settings loaded, load_settings load);

    /// What is wrong, each with its place; nothing if the configuration is in place. What needs a restart
    /// stays as it is, with a warning in the log.
    std::vector<std::string> reload();

    /// Looks at the files of the configuration in place every few seconds, and reads them again when one has
    /// changed, as certificates and mounted secrets do.
    void start_watching();
    void stop() { pause_.cancel(); }

    /// The configuration in place.
    const config::loaded_settings& loaded() const { return loaded_; }

    std::uint64_t successes() const { return successes_; }
    std::uint64_t failures() const { return failures_; }

private:
    void look();
    std::vector<std::string> put_in_place(config::loaded_settings next);
    void tell(const std::vector<std::string>& problems);

    service& service_;
    config::loaded_settings loaded_;
    const load_settings load_;
    timer pause_;
    std::string seen_;  // what the files looked like
    std::uint64_t successes_ = 0;
    std::uint64_t failures_ = 0;
};

}  // namespace pgsidecar::net
