#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "protocol/bytes.hpp"

namespace pgsidecar {

/// How one query text has been used.
struct statement_usage {
    std::shared_ptr<const std::string> sql{};  ///< shared with the query_text as long as there is one
    std::uint64_t calls = 0;                   ///< Binds of it, and SQL-level EXECUTEs
    std::uint64_t reparses = 0;                ///< Parses of ours that made it resident again
    std::uint64_t errors_avoided = 0;          ///< as in session_counters, of all kinds
    std::uint64_t server_time = 0;             ///< nanoseconds from its Execute to the end of the answer
};
using statement_usage_ptr = std::shared_ptr<statement_usage>;

/// The usage of the texts that the sessions of one worker have used, by the hash of text and parameter types.
/// Bounded: of the texts that nobody has any more, it keeps the first bytes, and a full table forgets the
/// half that was called least. Not thread-safe.
class statement_statistics {
public:
    static constexpr std::size_t default_limit = 2'000;
    static constexpr std::size_t text_limit = 1'024;

    explicit statement_statistics(std::size_t limit = default_limit) : limit_(limit), sweep_at_(limit) {}

    /// With the whole text. Counts go on where they were, if it is still known.
    statement_usage_ptr of(byte_view sql, byte_view parameter_types);

    /// Nobody has the text any more: keeps text_limit bytes of it.
    static void forget_text(statement_usage& of);

    /// Calls `visit(std::uint64_t hash, const statement_usage&)`.
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& [hash, usage] : usages_) visit(hash, *usage);
    }

    std::size_t size() const { return usages_.size(); }

private:
    void sweep();

    const std::size_t limit_;
    std::size_t sweep_at_;
    std::unordered_map<std::uint64_t, statement_usage_ptr> usages_;
};

}  // namespace pgsidecar
