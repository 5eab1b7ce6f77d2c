#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "proxy/auth/scram_keys.hpp"

namespace pgsidecar::auth {

/// The keys that were asked for lately: a server has the same salt for a user each time, and making them is
/// what a log-in costs. One thread at a time.
class scram_key_cache {
public:
    explicit scram_key_cache(std::size_t most) : most_(most) {}

    std::optional<scram_keys> find(const scram_key_request& wanted);

    /// The one that nobody has wanted for the longest time makes room.
    void put(const scram_key_request& wanted, const scram_keys& keys);

    std::size_t size() const { return entries_.size(); }

private:
    struct entry {
        scram_keys keys;
        std::uint64_t last_use = 0;
    };

    std::string name_of(const scram_key_request& wanted) const;
    void drop_oldest();

    const std::size_t most_;
    const std::string secret_ = random_bytes(sha256_size);  // so that names tell nothing of passwords
    std::map<std::string, entry> entries_;
    std::uint64_t uses_ = 0;
};

}  // namespace pgsidecar::auth
