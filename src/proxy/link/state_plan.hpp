#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "proxy/sql/state_uses.hpp"

namespace pgsidecar {

/// What a Query or Execute does to the state of its session, statement by statement, those among them that
/// are ours.
struct state_plan {
    struct step {
        state_use use{};
        bool ours = false;  ///< the client does not see that it is completed
    };
    struct piece {
        std::size_t at;    ///< in front of this character of the client's text
        std::size_t size;  ///< in characters
    };

    std::vector<step> steps{};
    std::vector<piece> pieces{};  ///< what of ours stands in the text, in order
    std::size_t completed = 0;

    /// Where in the client's text the character stands, counted from 1 as in errors.
    std::size_t position_of_client(std::size_t position) const {
        std::size_t ours = 0;
        for (const piece& p : pieces)
            if (position > p.at + ours) ours += std::min(p.size, position - p.at - ours);
        return position - ours;
    }
};

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
