#include "model/statements.hpp"

#include <utility>

namespace pgsidecar::model {

void prepared_statements::left_to_others(names n) {
    statements_.clear();
    known_.clear();
    all_known_ = n == names::own;
}

prepared_statement* prepared_statements::find(byte_view name) {
    const std::string key = key_of(name);
    if (const auto found = statements_.find(key); found != statements_.end()) return &found->second;
    if (!all_known_ && !known_.contains(key)) foreign_uses_.push_back(key);
    return nullptr;
}

const prepared_statement* prepared_statements::find_own(byte_view name) const {
    const auto found = statements_.find(key_of(name));
    return found == statements_.end() ? nullptr : &found->second;
}

void prepared_statements::put(byte_view name, prepared_statement s) {
    known_.insert(key_of(name));
    statements_[key_of(name)] = std::move(s);
}

void prepared_statements::close(byte_view name) {
    known_.insert(key_of(name));
    statements_.erase(key_of(name));
}

/// The unnamed statement stays.
void prepared_statements::deallocate_all() {
    auto unnamed = statements_.extract("");
    statements_.clear();
    if (unnamed) statements_.insert(std::move(unnamed));
}

}  // namespace pgsidecar::model
