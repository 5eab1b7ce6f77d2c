#include "proxy/statements/statement_statistics.hpp"

#include <algorithm>
#include <vector>

namespace pgsidecar {

statement_usage_ptr statement_statistics::of(byte_view sql, byte_view parameter_types) {
    const std::hash<byte_view> of;
    const std::uint64_t hash = of(sql) * 31 + of(parameter_types);
    if (const auto found = usages_.find(hash); found != usages_.end()) {
        if (*found->second->sql != sql) found->second->sql = std::make_shared<const std::string>(sql);
        return found->second;
    }
    if (usages_.size() >= sweep_at_) sweep();
    auto made = std::make_shared<statement_usage>();
    made->sql = std::make_shared<const std::string>(sql);
    return usages_.emplace(hash, std::move(made)).first->second;
}

void statement_statistics::forget_text(statement_usage& of) {
    if (of.sql->size() > text_limit) of.sql = std::make_shared<const std::string>(*of.sql, 0, text_limit);
}

/// The more texts are in use, the later the next one: it costs a constant time for each text that comes.
void statement_statistics::sweep() {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> by_calls;
    for (const auto& [hash, usage] : usages_)
        if (usage.use_count() == 1) by_calls.emplace_back(usage->calls, hash);
    const auto middle = by_calls.begin() + static_cast<std::ptrdiff_t>((by_calls.size() + 1) / 2);
    std::nth_element(by_calls.begin(), middle, by_calls.end());
    std::for_each(by_calls.begin(), middle, [this](const auto& least) { usages_.erase(least.second); });
    sweep_at_ = std::max(limit_, 2 * usages_.size());
}

}  // namespace pgsidecar
