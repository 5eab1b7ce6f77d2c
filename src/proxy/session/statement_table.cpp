#include "proxy/session/statement_table.hpp"

#include <utility>

namespace pgsidecar {

statement_ptr statement_table::find(byte_view name) const {
    const auto found = statements_.find(statement_key(name));
    return found == statements_.end() ? nullptr : found->second;
}

void statement_table::send(table_effect effect) { journal_.push_back(change(std::move(effect))); }

void statement_table::apply(table_effect effect) { change(std::move(effect)); }

void statement_table::take_back_unanswered() {
    for (; !journal_.empty(); journal_.pop_back()) {
        undo& last = journal_.back();
        if (last.what == table_effect::kind::erase_all)
            statements_ = std::move(last.all_before);
        else if (last.what != table_effect::kind::none)
            change({last.before ? table_effect::kind::set : table_effect::kind::erase, std::move(last.name),
                    std::move(last.before)});
    }
}

statement_table::undo statement_table::change(table_effect effect) {
    undo out{effect.what, {}, nullptr, {}};
    switch (effect.what) {
        case table_effect::kind::none: break;
        case table_effect::kind::set: {
            statement_ptr& slot = statements_[effect.name];
            out.before = std::exchange(slot, std::move(effect.value));
            out.name = std::move(effect.name);
            break;
        }
        case table_effect::kind::erase: {
            const auto found = statements_.find(effect.name);
            if (found != statements_.end()) {
                out.before = std::move(found->second);
                statements_.erase(found);
            }
            out.name = std::move(effect.name);
            break;
        }
        case table_effect::kind::erase_all: {
            const statement_ptr unnamed = find("");
            out.all_before = std::exchange(statements_, {});
            if (unnamed) statements_.emplace("", unnamed);
            break;
        }
    }
    return out;
}

}  // namespace pgsidecar
