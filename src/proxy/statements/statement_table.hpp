#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>

#include "proxy/statements/statement.hpp"

namespace pgsidecar {

/// A change of the table: one name, or all named ones (DEALLOCATE ALL).
struct table_effect {
    enum class kind { none, set, erase, erase_all } what = kind::none;
    std::string name;
    statement_ptr value;
};

/// A client's statements by name (first 63 bytes, "" included), as of the last message sent. Sending changes
/// it at once; the reply that ends the message makes the change final; an error takes back all that was not
/// answered.
class statement_table {
public:
    /// Null if there is none. Good until the table changes.
    const statement_ptr& find(byte_view name) const;
    std::size_t size() const { return named_.size() + (unnamed_ ? 1 : 0); }
    /// All but "".
    std::size_t named() const { return named_.size(); }

    /// Bytes that all but "" take.
    std::size_t memory() const { return memory_; }

    /// Changes at once; to be followed by answered() or take_back_unanswered(), in order.
    void send(table_effect effect);
    void answered() { journal_.pop_front(); }
    void take_back_unanswered();

    /// Changes for good; nothing may be unanswered.
    void apply(table_effect effect);

    bool all_answered() const { return journal_.empty(); }

private:
    struct name_hash {
        using is_transparent = void;
        std::size_t operator()(byte_view name) const { return std::hash<byte_view>{}(name); }
    };
    using map = std::unordered_map<std::string, statement_ptr, name_hash, std::equal_to<>>;

    /// What a change has replaced.
    struct undo {
        table_effect::kind what;
        std::string name;
        statement_ptr before;  // null: there was none
        map all_before;
        std::size_t memory_before = 0;  // of those
    };

    undo change(table_effect effect);
    statement_ptr erase(const std::string& name);
    void put_back_all(undo& last);

    map named_;
    std::size_t memory_ = 0;
    statement_ptr unnamed_;
    std::list<undo> journal_;  // which is nearly always empty
};

}  // namespace pgsidecar
