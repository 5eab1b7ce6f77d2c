#include "proxy/sql/sql_uses.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/utf8.hpp"
#include "proxy/sql/sql_grammar.hpp"
#include "proxy/sql/sql_lexer.hpp"
#include "proxy/sql/state_uses.hpp"
#include "proxy/sql/statement_starts.hpp"

namespace pgsidecar {
namespace {

/// Beyond it a PREPARE's error positions are not kept: a text of many PREPAREs would grow with its square.
constexpr std::size_t max_blanks = 4096;

/// PostgreSQL's NAMEDATALEN - 1.
constexpr std::size_t max_name_size = 63;

/// Tokens of a Parse that are looked at: its name and arguments, or what stands in front of EXECUTE in CREATE
/// TABLE.
constexpr std::size_t max_tokens_of_a_parse = 100'000;

/// A longer U&"..." with its UESCAPE is not read.
constexpr std::size_t max_unicode_name_size = 1024;

char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_folded(std::string_view text, std::string_view word) {
    return text.size() >= word.size() &&
           std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == fold(b); });
}

/// First letters of the words: nearly every byte is none.
constexpr auto begins_a_word = [] {
    std::array<bool, 256> out{};
    for (const char c : {'d', 'D', 'e', 'E', 'p', 'P'}) out[static_cast<unsigned char>(c)] = true;
    return out;
}();

/// The cheap look: most texts have none of the words.
bool mentions_prepared_statements(std::string_view sql) {
    for (std::size_t i = 0; i < sql.size(); ++i) {
        if (!begins_a_word[static_cast<unsigned char>(sql[i])]) continue;
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
    return begins_with_one_of(sql, {"abort", "commit", "deallocate", "discard", "end", "execute", "fetch",
                                    "move", "prepare", "rollback"});
}

/// It may have an EXECUTE in it.
bool may_execute(std::string_view sql) {
    return begins_with_one_of(sql, {"create", "explain"}) && mentions_prepared_statements(sql);
}

/// PostgreSQL's optimizable statements: none of them can end its transaction.
statement_effect effect_by_first_word(std::string_view sql) {
    const bool optimizable = begins_with_one_of(
        sql, {"(", "delete", "insert", "merge", "select", "table", "update", "values", "with"});
    return optimizable ? statement_effect::undone : statement_effect::lasting;
}

/// The tokens of a text, one statement after another. A semicolon in parentheses (CREATE RULE) or in BEGIN
/// ATOMIC
/// ... END ends none.
class statement_cursor {
public:
    statement_cursor(byte_view sql, sql_reading reading) : sql_(sql), lexer_(reading) {
        lexer_.feed(sql);
        now_ = pull();
        ahead_ = pull();
    }

    /// To the first token of the next statement that is not empty.
    bool to_statement() {
        while (now_.is(';')) step();
        parentheses_ = atomic_ = 0;
        creates_ = is(sql_keyword::create_);
        return now_.what != sql_token::kind::end;
    }
    bool at_end() const {
        return now_.what == sql_token::kind::end || (now_.is(';') && parentheses_ <= 0 && atomic_ == 0);
    }
    void to_end() {
        while (!at_end()) step();
    }

    const sql_token& token() const { return now_; }
    std::size_t at() const { return now_.what == sql_token::kind::end ? sql_.size() : now_.begin; }
    bool is(sql_keyword word) const { return now_.is(word); }
    bool is(char symbol) const { return now_.is(symbol); }
    bool ahead_is(sql_keyword word) const { return ahead_.is(word); }
    bool ahead_ends() const { return ahead_.what == sql_token::kind::end || ahead_.is(';'); }
    const sql_token& ahead() const { return ahead_; }

    void step() {
        parentheses_ += is('(') ? 1 : is(')') ? -1 : 0;
        if (creates_ && is(sql_keyword::begin_) && ahead_is(sql_keyword::atomic_)) ++atomic_;
        if (atomic_ > 0 && is(sql_keyword::case_)) ++atomic_;
        if (atomic_ > 0 && is(sql_keyword::end_)) --atomic_;
        now_ = ahead_;
        ahead_ = pull();
    }
    bool take(sql_keyword word) {
        if (!is(word)) return false;
        step();
        return true;
    }

    /// After the last statement: no PostgreSQL takes the text.
    bool is_refused() const { return lexer_.ends_open(); }
    /// Statements of the family can begin in so many places, wherever the statements end.
    std::size_t starts() const { return starts_seen_; }
    bool is_lost() const { return lexer_.is_lost(); }

    void look_at_no_more_than(std::size_t tokens) { max_tokens_ = tokens; }
    bool is_too_long() const { return tokens_ > max_tokens_; }

private:
    sql_token pull() {
        sql_token t;
        if (++tokens_ > max_tokens_) return {};
        do {
            while (!lexer_.next(t)) {
                if (std::exchange(end_is_fed_, true)) return {};
                lexer_.feed(byte_view("", 1));
            }
        } while (t.what == sql_token::kind::comment);
        if (starts_.names_statement(t)) ++starts_seen_;
        return t;
    }

    byte_view sql_;
    sql_lexer lexer_;
    statement_starts starts_;
    std::size_t starts_seen_ = 0;
    std::size_t tokens_ = 0, max_tokens_ = std::numeric_limits<std::size_t>::max();
    bool end_is_fed_ = false;
    sql_token now_, ahead_;
    bool creates_ = false;
    int parentheses_ = 0;
    int atomic_ = 0;
};

/// A name as PostgreSQL cuts it: in front of a character.
std::optional<std::string> cut_name(std::string name) {
    if (name.size() <= max_name_size) return name;
    if (!is_valid_utf8(name)) return std::nullopt;  // the server's own encoding decides
    std::size_t size = max_name_size;
    while ((static_cast<unsigned char>(name[size]) & 0xc0) == 0x80) --size;
    name.resize(size);
    return name;
}

/// Reads what the statements of a text do with prepared ones.
class uses_reader {
public:
    uses_reader(byte_view sql, sql_reading reading) : sql_(sql), at_(sql, reading) {}

    /// Reads the next statement; false: there is none.
    bool read_statement() {
        if (!begin_statement()) return false;
        read_use();
        at_.to_end();
        keep_prepared_text(at_.at());
        ++uses_.statements;
        return true;
    }

    /// Reads no further than is needed to know the first statement.
    bool read_only_statement() {
        at_.look_at_no_more_than(max_tokens_of_a_parse);
        if (!begin_statement()) return false;
        read_use();
        keep_prepared_text(sql_.size());
        uses_.statements = 1;
        return true;
    }

    /// Of the statement that was read last.
    bool exits_block_ = false;
    bool shape_varies_ = false;

    /// Of all that were read; null: there is none.
    sql_uses_ptr uses() {
        uses_.too_long = at_.is_too_long();
        uses_.known = known_ && !at_.is_lost() && !uses_.too_long;
        if (uses_.known && uses_.list.empty()) return nullptr;
        return std::make_shared<const sql_uses>(std::move(uses_));
    }
    /// Of the whole text. A statement that seems to begin where none was seen to makes them unknown.
    sql_uses_ptr all_uses() {
        if (at_.is_refused()) return nullptr;
        known_ &= at_.starts() == starts_read_;
        return uses();
    }

private:
    bool begin_statement() {
        if (!at_.to_statement()) return false;
        exits_block_ = exits_block();
        shape_varies_ =
            at_.is(sql_keyword::fetch_) || at_.is(sql_keyword::move_) || at_.is(sql_keyword::execute_);
        if (uses_.statements == 0) uses_.begins_with_exit = exits_block_;
        return true;
    }

    bool exits_block() const {
        if (at_.is(sql_keyword::prepare_)) return at_.ahead_is(sql_keyword::transaction_);
        if (at_.is(sql_keyword::commit_) || at_.is(sql_keyword::rollback_))
            return !at_.ahead_is(sql_keyword::prepared_);
        return at_.is(sql_keyword::end_) || at_.is(sql_keyword::abort_);
    }

    void read_use() {
        if (at_.is(sql_keyword::prepare_) || at_.is(sql_keyword::deallocate_) ||
            at_.is(sql_keyword::discard_)) {
            ++starts_read_;
            if (at_.is(sql_keyword::discard_)) return discard();
            if (at_.is(sql_keyword::deallocate_)) return deallocate();
            if (!at_.ahead_is(sql_keyword::transaction_)) prepare();
            return;
        }
        const bool plain = at_.is(sql_keyword::execute_);
        if (at_.is(sql_keyword::explain_)) skip_explain();
        if (at_.is(sql_keyword::create_)) skip_create_table_as();
        if (!at_.take(sql_keyword::execute_)) return;
        ++starts_read_;
        if (sql_use* use = named(sql_verb::execute)) {
            if (at_.is('(')) use->arguments = static_cast<std::uint32_t>(parenthesised(nullptr));
            use->runs_any = plain;
        }
    }

    sql_use& add(sql_verb verb) {
        uses_.list.push_back({.verb = verb, .statement = uses_.statements});
        return uses_.list.back();
    }

    void discard() {
        if (at_.ahead_is(sql_keyword::all_)) add(sql_verb::deallocate_all);
    }

    void deallocate() {
        at_.step();
        if (at_.is(sql_keyword::prepare_) && !at_.ahead_ends()) at_.step();
        if (at_.is(sql_keyword::all_))
            add(sql_verb::deallocate_all);
        else
            named(sql_verb::deallocate);
    }

    void prepare() {
        at_.step();
        sql_use* use = named(sql_verb::prepare);
        if (use == nullptr) return;
        prepared_ = {};
        if (at_.is('(')) parenthesised(&prepared_.declared_types);
        if (at_.is(sql_keyword::as_))
            text_begin_ = at_.token().end;
        else
            uses_.list.pop_back();  // refused
    }

    /// The use with the name that stands here. Null: PostgreSQL takes no such name, or it cannot be told.
    sql_use* named(sql_verb verb) {
        if (at_.at_end()) return nullptr;
        auto name = read_name();
        if (!name || name->empty()) return nullptr;
        sql_use& use = add(verb);
        use.name = std::move(*name);
        return &use;
    }

    /// Empty: PostgreSQL takes none like it. Nothing: not to be told, so the whole text is not.
    std::optional<std::string> read_name() {
        const sql_token t = at_.token();
        at_.step();
        std::optional<std::string> name = std::string();
        const byte_view written = t.in(sql_);
        if (t.what == sql_token::kind::word) name = folded(written);
        if (t.what == sql_token::kind::quoted) name = cut_name(unquoted(written));
        if (t.what == sql_token::kind::unicode_quoted) name = unicode_quoted(written);
        known_ &= name.has_value();
        return name;
    }

    /// In an encoding of single bytes the server folds more letters, by its locale.
    static std::optional<std::string> folded(byte_view written) {
        if (!is_valid_utf8(written)) return std::nullopt;
        std::string name(written);
        std::ranges::transform(name, name.begin(), fold);
        return cut_name(std::move(name));
    }

    static std::string unquoted(byte_view written) {
        std::string name;
        for (std::size_t i = 1; i + 1 < written.size(); ++i) {
            name += written[i];
            if (written[i] == '"') ++i;  // a quote is written as two
        }
        return name;
    }

    /// U&"..." UESCAPE '...' is three tokens.
    std::optional<std::string> unicode_quoted(byte_view written) {
        std::string whole(written);
        if (at_.is(sql_keyword::uescape_) && !at_.ahead_ends()) {
            whole.append(" UESCAPE ").append(at_.ahead().in(sql_));
            at_.step();
            at_.step();
        }
        if (whole.size() > max_unicode_name_size) return std::nullopt;
        return unicode_name(whole).value_or("");
    }

    /// Steps over ( a, b, ... ); the parts as written, and how many. An array's [ a, b ] is part of one.
    std::size_t parenthesised(std::vector<std::string>* parts) {
        std::size_t begin = at_.token().end, count = 0;
        for (int depth = 0; !at_.at_end(); at_.step()) {
            const bool closes = at_.is(')');
            if (depth == 1 && (closes || at_.is(','))) {
                ++count;
                if (parts) parts->emplace_back(sql_.substr(begin, at_.at() - begin));
                begin = at_.token().end;
            }
            if (at_.is('(') || at_.is('[')) ++depth;
            if ((closes || at_.is(']')) && --depth == 0) {
                at_.step();
                break;
            }
        }
        return count;
    }

    void keep_prepared_text(std::size_t end) {
        if (text_begin_ == 0) return;
        prepared_.text = text_behind(std::exchange(text_begin_, 0), end);
        uses_.list.back().prepares = std::make_shared<const prepared_text>(std::move(prepared_));
    }

    std::string text_behind(std::size_t begin, std::size_t end) const {
        std::string out;
        if (begin <= max_blanks) {
            const byte_view before = sql_.substr(0, begin);
            const auto characters =
                is_valid_utf8(before)
                    ? std::count_if(before.begin(), before.end(),
                                    [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; })
                    : static_cast<std::ptrdiff_t>(before.size());
            out.assign(static_cast<std::size_t>(characters), ' ');
        }
        return out.append(sql_.substr(begin, end - begin));
    }

    /// EXPLAIN [ANALYZE] [VERBOSE] or EXPLAIN ( options ).
    void skip_explain() {
        at_.step();
        if (at_.is('(')) parenthesised(nullptr);
        while (at_.take(sql_keyword::analyze_) || at_.take(sql_keyword::analyse_) ||
               at_.take(sql_keyword::verbose_)) {}
    }

    /// To what stands behind the AS of CREATE TABLE ... AS: the first AS outside parentheses.
    void skip_create_table_as() {
        at_.step();
        while (at_.take(sql_keyword::global_) || at_.take(sql_keyword::local_) ||
               at_.take(sql_keyword::temp_) || at_.take(sql_keyword::temporary_) ||
               at_.take(sql_keyword::unlogged_)) {}
        if (!at_.take(sql_keyword::table_)) return;
        while (!at_.at_end() && !at_.take(sql_keyword::as_)) {
            if (at_.is('('))
                parenthesised(nullptr);
            else
                at_.step();
        }
    }

    byte_view sql_;
    statement_cursor at_;
    sql_uses uses_;
    bool known_ = true;
    std::size_t starts_read_ = 0;
    prepared_text prepared_;
    std::size_t text_begin_ = 0;  // of the last PREPARE; 0: it is none
};

}  // namespace

sql_facts read_sql_facts(byte_view sql, sql_reading reading) {
    sql_facts out;
    out.effect_at_most = effect_by_first_word(sql);
    out.may_change_state = may_change_state(sql);
    if (out.effect_at_most == statement_effect::undone || (!begins_notably(sql) && !may_execute(sql)))
        return out;
    uses_reader reader(sql, reading);
    if (!reader.read_only_statement()) return out;
    out.exits_block = reader.exits_block_;
    out.shape_varies = reader.shape_varies_;
    out.uses = reader.uses();
    return out;
}

sql_uses_ptr read_sql_uses(byte_view sql, sql_reading reading) {
    if (!mentions_prepared_statements(sql)) return nullptr;
    uses_reader reader(sql, reading);
    while (reader.read_statement()) {}
    return reader.all_uses();
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

std::optional<std::size_t> highest_parameter(byte_view sql, sql_reading reading) {
    if (sql.find('$') == byte_view::npos) return 0;
    sql_lexer lexer(reading);
    std::size_t highest = 0;
    for (const byte_view piece : {sql, byte_view("", 1)}) {
        lexer.feed(piece);
        for (sql_token t; lexer.next(t);) highest = std::max<std::size_t>(highest, t.number);
    }
    return lexer.ends_open() || lexer.is_lost() ? std::nullopt : std::optional(highest);
}

}  // namespace pgsidecar
