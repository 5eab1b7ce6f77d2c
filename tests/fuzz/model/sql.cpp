#include "fuzz/model/sql.hpp"

#include <algorithm>

namespace pgsidecar::fuzz {
namespace {

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

bool take(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
}

/// Names are bare and in lower case, or quoted; they are cut as PostgreSQL cuts them.
std::string take_name(std::string_view& text) {
    const bool quoted = text.starts_with('"');
    if (quoted) text.remove_prefix(1);
    const std::size_t end = std::min(text.find_first_of(quoted ? "\"" : " ("), text.size());
    const std::string_view name = text.substr(0, end).substr(0, 63);
    text.remove_prefix(std::min(end + (quoted ? 1 : 0), text.size()));
    return std::string(name);
}

std::size_t take_list(std::string_view& text) {
    if (!text.starts_with('(')) return 0;
    const std::size_t end = text.find(')');
    const auto items = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), ',') + 1;
    text.remove_prefix(end + 1);
    return static_cast<std::size_t>(items);
}

std::optional<sql> parse_one(std::string_view text) {
    struct fixed {
        std::string_view text;
        verb what;
    };
    static constexpr fixed known[] = {
        {"", verb::empty},
        {"select 1", verb::select_one},
        {"select $1", verb::select_parameter},
        {"select * from changing", verb::select_changing},
        {"insert into t values ($1, $2)", verb::insert},
        {"alter table changing add c int", verb::alter},
        {"begin", verb::begin},
        {"commit", verb::commit},
        {"rollback", verb::rollback},
        {"ROLLBACK", verb::rollback},  // the proxy's own
        {"select 1/0", verb::fails},
        {"select * from missing", verb::missing_table},
        {"copy t from stdin", verb::copy_in},
        {"copy t to stdout", verb::copy_out},
        {"deallocate all", verb::deallocate_all},
        {"discard all", verb::deallocate_all},
        {"select 'foreign'", verb::foreign},
    };
    for (const fixed& f : known)
        if (text == f.text) return sql{f.what};
    if (take(text, "prepare ")) {
        sql out{verb::prepare, take_name(text)};
        out.declared_types = take_list(text);
        if (!take(text, " as ")) return std::nullopt;
        out.body = text;
        const auto body = parse_one(text);
        const bool preparable =
            body && (body->what == verb::select_one || body->what == verb::select_parameter ||
                     body->what == verb::select_changing || body->what == verb::insert ||
                     body->what == verb::fails || body->what == verb::missing_table);
        return preparable ? std::optional(out) : std::nullopt;
    }
    if (take(text, "execute ")) {
        sql out{verb::execute, take_name(text)};
        out.arguments = take_list(text);
        return out;
    }
    if (text.starts_with("SELECT $1::text")) {  // the proxy's own, for the types that a PREPARE declares
        const auto count = static_cast<std::size_t>(std::count(text.begin(), text.end(), '$'));
        return sql{.what = verb::probe, .declared_types = count};
    }
    if (take(text, "deallocate ")) return sql{verb::deallocate, take_name(text)};
    return std::nullopt;
}

}  // namespace

std::optional<std::vector<sql>> parse_sql(std::string_view text) {
    std::vector<sql> out;
    for (bool more = true; more;) {
        const std::size_t end = std::min(text.find(';'), text.size());
        const auto one = parse_one(trimmed(text.substr(0, end)));
        if (!one) return std::nullopt;
        if (one->what != verb::empty) out.push_back(*one);
        more = end < text.size();
        text.remove_prefix(more ? end + 1 : end);
    }
    return out;
}

bool exits_block(const sql& s) { return s.what == verb::commit || s.what == verb::rollback; }

std::size_t parameters_used(const sql& s) {
    switch (s.what) {
        case verb::select_parameter: return 1;
        case verb::insert: return 2;
        case verb::probe: return s.declared_types;
        default: return 0;
    }
}

}  // namespace pgsidecar::fuzz
