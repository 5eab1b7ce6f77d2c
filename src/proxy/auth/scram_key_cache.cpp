#include "proxy/auth/scram_key_cache.hpp"

#include <algorithm>

namespace pgsidecar::auth {

std::optional<scram_keys> scram_key_cache::find(const scram_key_request& wanted) {
    const auto found = entries_.find(name_of(wanted));
    if (found == entries_.end()) return std::nullopt;
    found->second.last_use = ++uses_;
    return found->second.keys;
}

void scram_key_cache::put(const scram_key_request& wanted, const scram_keys& keys) {
    entries_.insert_or_assign(name_of(wanted), entry{keys, ++uses_});
    if (entries_.size() > most_) drop_oldest();
}

void scram_key_cache::drop_oldest() {
    const auto less_used = [](const auto& a, const auto& b) { return a.second.last_use < b.second.last_use; };
    entries_.erase(std::ranges::min_element(entries_, less_used));
}

std::string scram_key_cache::name_of(const scram_key_request& wanted) const {
    const std::string parameters =
        std::to_string(wanted.iterations) + ',' + std::to_string(wanted.salt.size()) + ',' + wanted.salt;
    const sha256_value of_password = hmac_sha256(secret_, wanted.password.reveal());
    return std::string(hmac_sha256(of_password.view(), parameters).view());
}

}  // namespace pgsidecar::auth
