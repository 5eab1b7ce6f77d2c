#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>

#include "protocol/bytes.hpp"

namespace pgsidecar {

/// The channels that a client listens to.
class listened_channels {
public:
    void add(const std::string& name) {
        if (names_.size() < max_names)
            names_.insert(name);
        else
            all_ = true;
    }
    void remove(const std::string& name) { names_.erase(name); }
    void clear() {
        names_.clear();
        all_ = false;
    }
    bool has(byte_view name) const { return all_ || names_.contains(name); }

private:
    /// A client that listens to more hears all of them.
    static constexpr std::size_t max_names = 1'000;

    std::set<std::string, std::less<>> names_;
    bool all_ = false;
};

}  // namespace pgsidecar
