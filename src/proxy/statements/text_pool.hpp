#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/bytes.hpp"
#include "proxy/sql/sql_reading.hpp"
#include "proxy/sql/statement_effect.hpp"
#include "proxy/statements/memory_account.hpp"
#include "proxy/statements/statement_statistics.hpp"
#include "proxy/statements/weak_set.hpp"

namespace pgsidecar {

struct sql_facts;

/// A query text with the parameter types that came with it: equal text, other types, another statement (D7).
class query_text : public std::enable_shared_from_this<query_text> {
public:
    query_text(byte_view text, byte_view types, sql_reading how, memory_account& account,
               const statement_usage_ptr& counts = nullptr);
    ~query_text();
    query_text(const query_text&) = delete;
    query_text& operator=(const query_text&) = delete;

    /// What the text does with prepared statements; looked at once, when first asked.
    const sql_facts& facts() const;

    /// n of its highest $n; nothing where the text ends inside a literal.
    std::optional<std::size_t> highest_parameter() const;

    /// What remains of its execution; read from its parse tree once, when first asked.
    statement_effect effect() const;
    /// The same as far as it is known without the parse tree: never less.
    statement_effect effect_at_most() const;

    std::pair<std::string_view, std::string_view> key() const { return {sql, parameter_types}; }

    const std::string& sql;
    const std::string parameter_types;  ///< four bytes each, network order; 0 = unspecified
    const sql_reading reading;          ///< of the session that parsed it
    const statement_usage_ptr usage;    ///< null: not counted

private:
    query_text(std::shared_ptr<const std::string> text, byte_view types, sql_reading how,
               memory_account& account, statement_usage_ptr counts);

    const memory_account::share memory_;
    const std::shared_ptr<const std::string> text_;
    mutable std::unique_ptr<const sql_facts> facts_;
    mutable std::optional<std::size_t> highest_parameter_;
    mutable std::optional<statement_effect> effect_;
};
using query_text_ptr = std::shared_ptr<const query_text>;

/// What the server said of a statement when its client parsed it.
struct birth_data : std::enable_shared_from_this<birth_data> {
    birth_data(byte_view types, byte_view row_shape, memory_account& account)
        : parameter_types(types),
          shape(row_shape),
          memory_(account, types.size() + row_shape.size() + sizeof(birth_data)) {}

    std::pair<std::string_view, std::string_view> key() const { return {parameter_types, shape}; }

    const std::string parameter_types;  ///< as in ParameterDescription
    const std::string shape;            ///< read_row_shape; empty = returns no rows

private:
    const memory_account::share memory_;
};
using birth_data_ptr = std::shared_ptr<const birth_data>;

/// Shares query texts and birth data between the sessions of one worker: they are forgotten with the last
/// statement that has them. Not thread-safe; outlives those statements.
class text_pool {
public:
    /// With `statistics` every text's use is counted there.
    explicit text_pool(statement_statistics* statistics = nullptr) : statistics_(statistics) {}

    query_text_ptr intern(byte_view sql, byte_view parameter_types, sql_reading reading = {}) {
        return texts_[reading.index()].get({sql, parameter_types}, [&] {
            ++texts_made_;
            return new query_text(sql, parameter_types, reading, account_,
                                  statistics_ ? statistics_->of(sql, parameter_types) : nullptr);
        });
    }
    birth_data_ptr intern_birth(byte_view parameter_types, byte_view shape) {
        return births_.get({parameter_types, shape},
                           [&] { return new birth_data(parameter_types, shape, account_); });
    }

    std::size_t text_count() const;
    /// How often a text was taken in that nobody had.
    std::size_t texts_made() const { return texts_made_; }

    /// What all of it takes.
    std::size_t memory() const { return account_.held(); }
    /// Whether it is worth while to give memory back to the system.
    bool take_large_release() { return account_.take_released(large_release); }

    /// Of all texts together.
    std::size_t text_bytes() const;

private:
    static constexpr std::size_t large_release = std::size_t{16} << 20;

    statement_statistics* statistics_;
    memory_account account_;
    std::size_t texts_made_ = 0;
    std::array<weak_set<query_text>, sql_reading::count> texts_;  // nearly all in the first
    weak_set<birth_data> births_;
};

}  // namespace pgsidecar
