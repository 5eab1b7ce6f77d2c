#include "proxy/statements/name_history.hpp"

#include <functional>

namespace pgsidecar {

name_history::answer name_history::parse(byte_view name, byte_view sql, byte_view parameter_types) {
    const std::hash<byte_view> of;
    const std::size_t text = of(sql) * 31 + of(parameter_types);
    const auto [entry, is_new] = names_.try_emplace(std::string(name));
    if (!is_new) {
        shared_name& known = *entry->second;
        known.several |= known.text != text;
        known.text = text;
        return {entry->second, true};
    }
    entry->second = std::make_shared<shared_name>(shared_name{text, false});
    const shared_name_ptr made = entry->second;
    by_age_.push_back(entry->first);
    if (names_.size() > limit_) {
        names_.erase(by_age_.front());
        by_age_.pop_front();
    }
    return {made, false};
}

}  // namespace pgsidecar
