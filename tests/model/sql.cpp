#include "model/sql.hpp"

#include <algorithm>
#include <cctype>

#include "protocol/names.hpp"

namespace pgsidecar::model {
namespace {

using kind = sql_command::kind;

byte_view trimmed(byte_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

bool same_letter(char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// Key words are read in either case.
bool take(byte_view& text, byte_view word) {
    if (text.size() < word.size() || !std::equal(word.begin(), word.end(), text.begin(), same_letter))
        return false;
    text.remove_prefix(word.size());
    return true;
}

/// Names are bare and in lower case, or quoted; they are cut as PostgreSQL cuts them.
std::string take_name(byte_view& text) {
    const bool quoted = text.starts_with('"');
    if (quoted) text.remove_prefix(1);
    const std::size_t end = std::min(text.find_first_of(quoted ? "\"" : " ("), text.size());
    const byte_view name = statement_key(text.substr(0, end));
    text.remove_prefix(std::min(end + (quoted ? 1 : 0), text.size()));
    return std::string(name);
}

/// "(a, 'b')": its items, without their quotes.
std::vector<std::string> take_list(byte_view& text) {
    std::vector<std::string> out;
    if (!text.starts_with('(')) return out;
    const std::size_t end = std::min(text.find(')'), text.size());
    for (byte_view rest = text.substr(1, end - 1);;) {
        byte_view item = trimmed(rest.substr(0, rest.find(',')));
        if (item.starts_with('\'')) item = item.substr(1, item.size() - 2);
        out.emplace_back(item);
        if (rest.find(',') == byte_view::npos) break;
        rest.remove_prefix(rest.find(',') + 1);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
    return out;
}

bool preparable(const sql_command& c) {
    return c.is(kind::rows) || c.is(kind::command) || c.is(kind::fails_at_parse) ||
           c.is(kind::fails_at_execute);
}

std::optional<sql_command> parse_prepare(const catalog& known, byte_view rest) {
    sql_command out{.does = kind::prepare, .tag = "PREPARE", .name = take_name(rest)};
    out.declared_types.assign(take_list(rest).size(), test::type::text);
    if (!take(rest, " AS ")) return std::nullopt;
    out.prepared = trimmed(rest);
    const auto found = known.find(out.prepared);
    if (found == known.end() || !preparable(found->second)) return std::nullopt;
    return out;
}

/// The proxy's own, for the types that a PREPARE declares.
sql_command probe(byte_view text) {
    const auto count = static_cast<std::size_t>(std::count(text.begin(), text.end(), '$'));
    return {.does = kind::rows,
            .types = std::vector<oid>(count, test::type::text),
            .columns = {{"probe", test::type::text}}};
}

std::optional<sql_command> parse_one(const catalog& known, byte_view text) {
    if (const auto found = known.find(text); found != known.end()) return found->second;
    byte_view rest = text;
    if (take(rest, "PREPARE ")) return parse_prepare(known, rest);
    if (take(rest, "EXECUTE ")) {
        sql_command out{.does = kind::execute, .name = take_name(rest)};
        out.arguments = take_list(rest);
        return out;
    }
    if (take(rest, "DEALLOCATE ALL"))
        return sql_command{.does = kind::deallocate_all, .tag = "DEALLOCATE ALL"};
    if (take(rest, "DEALLOCATE "))
        return sql_command{.does = kind::deallocate, .tag = "DEALLOCATE", .name = take_name(rest)};
    if (rest.starts_with("SELECT $1::text")) return probe(rest);
    return std::nullopt;
}

}  // namespace

bool same_shape(const columns& a, const columns& b) {
    const auto same = [](const test::column& x, const test::column& y) {
        return x.name == y.name && x.type == y.type && x.typmod == y.typmod;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

catalog with_transactions(catalog more) {
    more.insert({{"", {.does = kind::empty}},
                 {"BEGIN", {.does = kind::begin, .tag = "BEGIN"}},
                 {"COMMIT", {.does = kind::commit, .tag = "COMMIT"}},
                 {"ROLLBACK", {.does = kind::rollback, .tag = "ROLLBACK"}}});
    return more;
}

std::optional<std::vector<sql_command>> parse_sql(const catalog& known, byte_view text) {
    std::vector<sql_command> out;
    for (bool more = true; more;) {
        const bool alone = known.contains(trimmed(text));  // with the semicolon that it may have
        const std::size_t end = alone ? text.size() : std::min(text.find(';'), text.size());
        const byte_view own = trimmed(text.substr(0, end));
        auto one = parse_one(known, own);
        if (!one) return std::nullopt;
        one->text = own;
        if (!one->is(kind::empty)) out.push_back(*std::move(one));
        more = end < text.size();
        text.remove_prefix(more ? end + 1 : end);
    }
    return out;
}

}  // namespace pgsidecar::model
