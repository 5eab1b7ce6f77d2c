#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

#include "protocol/bytes.hpp"

namespace pgsidecar {

/// What a statement name stands for among the clients of one pool.
struct shared_name {
    std::size_t text = 0;  ///< hash of the statement that was parsed last
    bool several = false;  ///< and it was not always the same one
};
using shared_name_ptr = std::shared_ptr<shared_name>;

/// The names under which the clients of one pool (user and database) have prepared statements on this worker,
/// for counting the errors that the pooler alone would have brought about. Whether a server still has a name
/// is for nobody to see: a Close goes to one server of many. Bounded: the oldest names are forgotten first.
class name_history {
public:
    static constexpr std::size_t default_limit = 10'000;

    explicit name_history(std::size_t limit = default_limit) : limit_(limit) {}

    /// The client has no statement of this name, and parses one.
    struct answer {
        shared_name_ptr name;
        bool parsed_before;
    };
    answer parse(byte_view name, byte_view sql, byte_view parameter_types);

    std::size_t size() const { return names_.size(); }

private:
    std::size_t limit_;
    std::unordered_map<std::string, shared_name_ptr> names_;
    std::deque<std::string> by_age_;
};

}  // namespace pgsidecar
