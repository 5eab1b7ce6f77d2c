#include "proxy/statements/statement_table.hpp"

#include <utility>

#include "protocol/names.hpp"

namespace pgsidecar {

const statement_ptr& statement_table::find(byte_view name) const {
    static const statement_ptr none;
    if (name.empty()) return unnamed_;
    const auto found = named_.find(statement_key(name));
    return found == named_.end() ? none : found->second;
}

void statement_table::send(table_effect effect) { journal_.push_back(change(std::move(effect))); }

void statement_table::apply(table_effect effect) { change(std::move(effect)); }

void statement_table::take_back_unanswered() {
    for (; !journal_.empty(); journal_.pop_back()) {
        undo& last = journal_.back();
        if (last.what == table_effect::kind::erase_all)
            put_back_all(last);
        else if (last.what != table_effect::kind::none)
            change({last.before ? table_effect::kind::set : table_effect::kind::erase, std::move(last.name),
                    std::move(last.before)});
    }
}

/// Nothing has been added since.
void statement_table::put_back_all(undo& last) {
    named_ = std::move(last.all_before);
    memory_ = last.memory_before;
}

statement_table::undo statement_table::change(table_effect effect) {
    undo out{effect.what, {}, nullptr, {}, 0};
    switch (effect.what) {
        case table_effect::kind::none: break;
        case table_effect::kind::set: {
            const bool named = !effect.name.empty();
            statement_ptr& slot = named ? named_[effect.name] : unnamed_;
            out.before = std::exchange(slot, std::move(effect.value));
            if (named) memory_ += slot->memory() - (out.before ? out.before->memory() : 0);
            out.name = std::move(effect.name);
            break;
        }
        case table_effect::kind::erase:
            out.before = erase(effect.name);
            out.name = std::move(effect.name);
            break;
        case table_effect::kind::erase_all:
            out.all_before = std::exchange(named_, {});
            out.memory_before = std::exchange(memory_, 0);
            break;
    }
    return out;
}

/// What has stood there.
statement_ptr statement_table::erase(const std::string& name) {
    if (name.empty()) return std::exchange(unnamed_, nullptr);
    const auto found = named_.find(name);
    if (found == named_.end()) return nullptr;
    statement_ptr out = std::move(found->second);
    named_.erase(found);
    memory_ -= out->memory();
    return out;
}

}  // namespace pgsidecar
