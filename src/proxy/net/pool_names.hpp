#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "proxy/statements/name_history.hpp"

namespace pgsidecar::net {

/// The name histories of the pools that the clients of one worker use. Bounded: a full table forgets those
/// that no session uses.
class pool_names {
public:
    std::shared_ptr<name_history> of(const std::string& user, const std::string& database) {
        if (histories_.size() >= limit)
            std::erase_if(histories_, [](const auto& each) { return each.second.use_count() == 1; });
        auto& history = histories_[{user, database}];
        if (!history) history = std::make_shared<name_history>();
        return history;
    }

private:
    static constexpr std::size_t limit = 100;

    std::map<std::pair<std::string, std::string>, std::shared_ptr<name_history>> histories_;
};

}  // namespace pgsidecar::net
