#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/sql.hpp"
#include "protocol/names.hpp"

namespace pgsidecar::model {

/// Names of statements and portals are cut as PostgreSQL cuts them.
inline std::string key_of(byte_view name) { return std::string(statement_key(name)); }

struct prepared_statement {
    sql_command command;
    std::vector<oid> types;
    columns shape;
    /// By a PREPARE among others: the proxy learns types and shape at the next use.
    bool undescribed = false;
};

struct portal {
    sql_command command{.does = sql_command::kind::empty};
    columns shape{};
    std::vector<std::optional<std::string>> values{};
    std::vector<std::uint16_t> formats{};
    std::size_t rows_sent = 0;
    bool done = false;
    bool dead = false;    ///< its transaction has failed
    bool broken = false;  ///< its Bind has failed half-way
};
using portals = std::map<std::string, portal, std::less<>>;

/// The prepared statements of a session, and what its client may know of them: a pooler lends the session to
/// others too, who leave theirs under any name.
class prepared_statements {
public:
    enum class names { own, foreign };

    explicit prepared_statements(names n) { left_to_others(n); }

    /// All that the client knew is void.
    void left_to_others(names n);

    /// Nothing where the session has no such statement, or one that may be another client's.
    prepared_statement* find(byte_view name);
    const prepared_statement* find_own(byte_view name) const;
    void put(byte_view name, prepared_statement s);
    void close(byte_view name);
    void deallocate_all();

    /// Names that were used though another client may have a statement there, since the last call.
    std::vector<std::string> take_foreign_uses() { return std::exchange(foreign_uses_, {}); }

    template <class Predicate>
    bool any_of(Predicate&& holds) const {
        for (const auto& [name, s] : statements_)
            if (holds(s)) return true;
        return false;
    }

private:
    std::map<std::string, prepared_statement, std::less<>> statements_;
    std::set<std::string, std::less<>> known_;  // closed or parsed by this client
    std::vector<std::string> foreign_uses_;
    bool all_known_ = false;
};

}  // namespace pgsidecar::model
