#include "proxy/sql/state_uses.hpp"

#include <optional>
#include <string>

#include "protocol/names.hpp"
#include "proxy/sql/sql_grammar.hpp"
#include "proxy/sql/statement_cursor.hpp"

namespace pgsidecar {
namespace {

/// Reads the tokens of one statement.
class statement_reader {
public:
    statement_reader(byte_view sql, std::span<const sql_token> tokens) : sql_(sql), tokens_(tokens) {}

    state_use use() const {
        state_use out = tokens_.size() < statement_cursor::max_remembered ? read() : state_use{};
        out.end = tokens_.back().end;
        return out;
    }

private:
    std::string written(std::size_t i) const {
        return i < tokens_.size() ? lower_case(tokens_[i].in(sql_)) : std::string();
    }
    bool ends_at(std::size_t i) const { return i == tokens_.size(); }

    state_use read() const {
        const std::string verb = written(0);
        if (verb == "listen" && ends_at(2)) return named(state_verb::listen, 1);
        if (verb == "unlisten" && ends_at(2))
            return written(1) == "*" ? state_use{state_verb::unlisten_all} : named(state_verb::unlisten, 1);
        if (verb == "discard" && written(1) == "all") return {state_verb::discard_all};
        if (verb == "execute") return named(state_verb::execute, 1);
        if (verb == "reset") return reset(1, false);
        return verb == "set" ? set() : state_use{};
    }

    state_use named(state_verb verb, std::size_t at) const {
        if (at >= tokens_.size()) return {};
        const auto name = name_of(tokens_[at]);
        return name ? state_use{verb, *name} : state_use{};
    }

    /// As PostgreSQL folds and unquotes it.
    std::optional<std::string> name_of(const sql_token& t) const {
        const byte_view as_written = t.in(sql_);
        switch (t.what) {
            case sql_token::kind::word: return std::string(statement_key(lower_case(as_written)));
            case sql_token::kind::unicode_quoted: return unicode_name(as_written);
            case sql_token::kind::quoted: return std::string(statement_key(unquoted(as_written)));
            default: return std::nullopt;
        }
    }

    /// RESET ALL, TIME ZONE or a name, which may have dots.
    state_use reset(std::size_t at, bool local) const {
        if (written(at) == "all" && ends_at(at + 1)) return {state_verb::reset_all};
        if (written(at) == "time" && written(at + 1) == "zone") return {state_verb::reset, "timezone", local};
        state_use out = named(state_verb::reset, at);
        for (++at; written(at) == "."; at += 2)
            out.name.append(1, '.').append(named(state_verb::reset, at + 1).name);
        if (!ends_at(at)) return {};
        out.name = lower_case(out.name);
        out.local = local;
        return out;
    }

    /// SET [SESSION | LOCAL] of something to DEFAULT.
    state_use set() const {
        const bool local = written(1) == "local";
        const std::size_t at = local || written(1) == "session" ? 2 : 1;
        const std::string last = written(tokens_.size() - 1);
        if (written(at) == "time" && written(at + 1) == "zone")
            return ends_at(at + 3) && (last == "default" || last == "local")
                       ? state_use{state_verb::reset, "timezone", local}
                       : state_use{};
        if (written(at) == "names")
            return ends_at(at + 1) || (ends_at(at + 2) && last == "default")
                       ? state_use{state_verb::reset, "client_encoding", local}
                       : state_use{};
        if (tokens_.size() < at + 3 || last != "default") return {};
        const std::string to = written(tokens_.size() - 2);
        if (to != "to" && to != "=") return {};
        return statement_reader(sql_, tokens_.first(tokens_.size() - 2)).reset(at, local);
    }

    byte_view sql_;
    std::span<const sql_token> tokens_;
};

}  // namespace

state_use read_state_use(byte_view sql, std::span<const sql_token> statement) {
    return statement_reader(sql, statement).use();
}

}  // namespace pgsidecar
