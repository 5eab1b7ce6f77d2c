#include "proxy/session/sql_uses.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "protocol/utf8.hpp"
#include "proxy/session/sql_scan.hpp"

namespace pgsidecar {
namespace {

/// Beyond it a PREPARE's error positions are not kept: a text of many PREPAREs would grow with its square.
constexpr std::size_t max_blanks = 4096;

char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_folded(std::string_view text, std::string_view word) {
    return text.size() >= word.size() &&
           std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == fold(b); });
}

/// The cheap look: most texts have none of the words.
bool mentions_prepared_statements(std::string_view sql) {
    for (std::size_t i = 0; i < sql.size(); ++i) {
        const std::string_view rest = sql.substr(i);
        switch (fold(rest.front())) {
            case 'd':
                if (starts_with_folded(rest, "deallocate") || starts_with_folded(rest, "discard"))
                    return true;
                break;
            case 'e':
                if (starts_with_folded(rest, "execute")) return true;
                break;
            case 'p':
                if (starts_with_folded(rest, "prepare")) return true;
                break;
            default: break;
        }
    }
    return false;
}

/// Where the first statement begins: behind blanks, comments and empty statements.
std::string_view without_leading_comments(std::string_view sql) {
    while (!sql.empty()) {
        if (sql.starts_with("--")) {
            sql.remove_prefix(std::min(sql.find_first_of("\r\n"), sql.size()));
        } else if (sql.starts_with("/*")) {
            std::size_t depth = 0;
            do {
                if (sql.starts_with("/*") || sql.starts_with("*/")) {
                    depth = sql.front() == '/' ? depth + 1 : depth - 1;
                    sql.remove_prefix(2);
                } else {
                    sql.remove_prefix(1);
                }
            } while (depth > 0 && !sql.empty());
        } else if (std::string_view(" \t\r\n\f\v;").find(sql.front()) != std::string_view::npos) {
            sql.remove_prefix(1);
        } else {
            break;
        }
    }
    return sql;
}

bool begins_with_one_of(std::string_view sql, std::initializer_list<std::string_view> words) {
    sql = without_leading_comments(sql);
    return std::any_of(words.begin(), words.end(), [&](auto word) { return starts_with_folded(sql, word); });
}

/// A statement begins with a word that has facts of its own.
bool begins_notably(std::string_view sql) {
    return begins_with_one_of(sql,
                              {"abort", "commit", "end", "execute", "fetch", "move", "prepare", "rollback"});
}

/// PostgreSQL's optimizable statements: none of them can end its transaction.
statement_effect effect_by_first_word(std::string_view sql) {
    const bool optimizable = begins_with_one_of(
        sql, {"(", "delete", "insert", "merge", "select", "table", "update", "values", "with"});
    return optimizable ? statement_effect::undone : statement_effect::lasting;
}

/// Reads the tokens of one statement.
class statement_reader {
public:
    statement_reader(const std::string& sql, const sql_token* begin, const sql_token* end,
                     std::size_t sql_end)
        : sql_(sql), at_(begin), end_(end), sql_end_(sql_end) {}

    bool exits_block() const {
        if (is("prepare")) return is("transaction", 1);
        if (is("commit") || is("rollback")) return !is("prepared", 1);
        return is("end") || is("abort");
    }
    bool shape_varies() const { return is("fetch") || is("move") || is("execute"); }

    sql_use use() {
        if (is("prepare")) return is("transaction", 1) ? sql_use{} : prepare();
        if (is("deallocate")) return deallocate();
        if (is("discard")) return {is("all", 1) ? sql_verb::deallocate_all : sql_verb::other};
        const bool plain = is("execute");
        if (is("explain")) skip_explain();
        if (is("create")) skip_create_table_as();
        if (!take("execute")) return {};
        sql_use out = named(sql_verb::execute);
        if (is_symbol('(')) out.arguments = parenthesised().size();
        out.runs_any = plain;
        return out;
    }

private:
    bool is(std::string_view word, std::ptrdiff_t ahead = 0) const {
        if (end_ - at_ <= ahead) return false;
        const sql_token& t = at_[ahead];
        const std::string_view written = t.in(sql_);
        return t.what == sql_token::kind::keyword && written.size() == word.size() &&
               starts_with_folded(written, word);
    }
    bool is_symbol(char c) const {
        return at_ != end_ && at_->what == sql_token::kind::other && at_->in(sql_) == std::string_view(&c, 1);
    }
    bool take(std::string_view word) {
        if (!is(word)) return false;
        ++at_;
        return true;
    }

    /// A name may be U&"..." UESCAPE '...', three tokens.
    sql_use named(sql_verb verb) {
        if (at_ == end_) return {};
        std::string written(at_->in(sql_));
        ++at_;
        if (is("uescape") && end_ - at_ >= 2) {
            written.append(" UESCAPE ").append(at_[1].in(sql_));
            at_ += 2;
        }
        const auto name = sql_name(written);
        if (!name) return {};
        return {verb, *name};
    }

    sql_use deallocate() {
        take("deallocate");
        if (is("prepare") && end_ - at_ > 1) take("prepare");
        if (is("all")) return {sql_verb::deallocate_all};
        return named(sql_verb::deallocate);
    }

    sql_use prepare() {
        take("prepare");
        sql_use out = named(sql_verb::prepare);
        if (is_symbol('(')) out.declared_types = parenthesised();
        if (!is("as")) return {};
        out.text = text_behind(at_->end);
        return out;
    }

    /// Steps over ( a, b, ... ); the parts as written. An array's [ a, b ] is part of one.
    std::vector<std::string> parenthesised() {
        std::vector<std::string> parts;
        std::size_t begin = at_->end;
        for (int depth = 0; at_ != end_; ++at_) {
            const bool closes = is_symbol(')');
            if (depth == 1 && (closes || is_symbol(','))) {
                parts.emplace_back(sql_, begin, at_->begin - begin);
                begin = at_->end;
            }
            if (is_symbol('(') || is_symbol('[')) ++depth;
            if ((closes || is_symbol(']')) && --depth == 0) {
                ++at_;
                break;
            }
        }
        return parts;
    }

    std::string text_behind(std::size_t begin) const {
        std::string behind = sql_.substr(begin, sql_end_ - begin);
        if (begin > max_blanks) return behind;
        const std::string_view before = std::string_view(sql_).substr(0, begin);
        const auto characters =
            is_valid_utf8(before)
                ? std::count_if(before.begin(), before.end(),
                                [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; })
                : static_cast<std::ptrdiff_t>(before.size());
        return std::string(static_cast<std::size_t>(characters), ' ') + behind;
    }

    /// EXPLAIN [ANALYZE] [VERBOSE] or EXPLAIN ( options ).
    void skip_explain() {
        take("explain");
        if (is_symbol('(')) parenthesised();
        while (take("analyze") || take("analyse") || take("verbose")) {}
    }

    /// To what stands behind the AS of CREATE TABLE ... AS: the first AS outside parentheses.
    void skip_create_table_as() {
        take("create");
        while (take("global") || take("local") || take("temp") || take("temporary") || take("unlogged")) {}
        if (!take("table")) return;
        while (at_ != end_ && !take("as")) {
            if (is_symbol('('))
                parenthesised();
            else
                ++at_;
        }
    }

    const std::string& sql_;
    const sql_token* at_;
    const sql_token* end_;
    std::size_t sql_end_;
};

/// Cuts the tokens at the semicolons that end a statement: not those in parentheses (CREATE RULE) or in
/// BEGIN ATOMIC ... END.
template <class Visit>
void for_each_statement(const std::string& sql, const std::vector<sql_token>& tokens, Visit&& visit) {
    const auto word = [&](std::size_t i, std::string_view w) {
        return i < tokens.size() && tokens[i].what == sql_token::kind::keyword &&
               tokens[i].end - tokens[i].begin == w.size() && starts_with_folded(tokens[i].in(sql), w);
    };
    int parentheses = 0;
    int atomic = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= tokens.size(); ++i) {
        const std::string_view written = i < tokens.size() ? tokens[i].in(sql) : std::string_view(";");
        if (word(i, "atomic") && i > 0 && word(i - 1, "begin")) ++atomic;
        if (atomic > 0 && word(i, "case")) ++atomic;
        if (atomic > 0 && word(i, "end")) --atomic;
        if (written == "(") ++parentheses;
        if (written == ")") --parentheses;
        const bool ends = written == ";" && ((parentheses <= 0 && atomic == 0) || i == tokens.size());
        if (!ends) continue;
        if (i > begin)
            visit(statement_reader(sql, tokens.data() + begin, tokens.data() + i,
                                   i < tokens.size() ? tokens[i].begin : sql.size()));
        begin = i + 1;
    }
}

}  // namespace

sql_facts read_sql_facts(const std::string& sql) {
    sql_facts out;
    out.effect_at_most = effect_by_first_word(sql);
    const bool mentions = mentions_prepared_statements(sql);
    if (!mentions && !begins_notably(sql)) return out;
    const auto tokens = scan_sql(sql);
    if (!tokens) return out;

    std::vector<sql_use> uses;
    for_each_statement(sql, *tokens, [&](statement_reader s) {
        out.exits_block = uses.empty() && s.exits_block();
        out.shape_varies = uses.empty() && s.shape_varies();
        const bool exits = s.exits_block();
        uses.push_back(s.use());
        uses.back().exits_block = exits;
    });
    const auto concerned = [](const sql_use& u) { return u.verb != sql_verb::other; };
    if (mentions && std::any_of(uses.begin(), uses.end(), concerned))
        out.uses = std::make_shared<const std::vector<sql_use>>(std::move(uses));
    return out;
}

bool begins_with_named_statement(byte_view start) {
    return begins_with_one_of(start, {"deallocate", "execute", "prepare"});
}

bool is_utility_without_rows(byte_view sql) {
    // PostgreSQL analyses the query inside of these, and so finds its parameters.
    if (begins_with_one_of(sql, {"create", "declare"})) return sql.find('$') == byte_view::npos;
    return begins_with_one_of(
        sql,
        {"abort",   "alter",   "analy",      "begin",    "checkpoint", "close",    "cluster",   "comment",
         "commit",  "copy",    "deallocate", "discard",  "do",         "drop",     "end",       "grant",
         "import",  "listen",  "load",       "lock",     "move",       "notify",   "prepare",   "reassign",
         "refresh", "reindex", "release",    "reset",    "revoke",     "rollback", "savepoint", "security",
         "set",     "start",   "truncate",   "unlisten", "vacuum"});
}

sql_uses_ptr read_sql_uses(byte_view sql) {
    if (sql.size() > max_scanned_size || !mentions_prepared_statements(sql)) return nullptr;
    return read_sql_facts(std::string(sql)).uses;
}

std::optional<std::size_t> highest_parameter(const std::string& sql) {
    if (sql.find('$') == std::string::npos) return 0;
    const auto tokens = scan_sql(sql);
    if (!tokens) return std::nullopt;
    std::size_t highest = 0;
    for (const sql_token& t : *tokens) {
        if (t.what != sql_token::kind::parameter) continue;
        std::size_t n = 0;
        for (const char digit : t.in(sql).substr(1))
            n = std::min<std::size_t>(10 * n + static_cast<std::size_t>(digit - '0'), 65536);
        highest = std::max(highest, n);
    }
    return highest;
}

}  // namespace pgsidecar
