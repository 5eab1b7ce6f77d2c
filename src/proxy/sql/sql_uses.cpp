#include "proxy/sql/sql_uses.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "protocol/names.hpp"
#include "protocol/utf8.hpp"
#include "proxy/sql/sql_grammar.hpp"

namespace pgsidecar {
namespace {

/// Beyond it a PREPARE's error positions are not kept: a text of many PREPAREs would grow with its square.
constexpr std::size_t max_blanks = 4096;

/// A longer U&"..." with its UESCAPE is not read.
constexpr std::size_t max_unicode_name_size = 1024;

/// A name as PostgreSQL cuts it: in front of a character.
std::optional<std::string> cut_name(std::string name) {
    if (name.size() <= max_name_size) return name;
    if (!is_valid_utf8(name)) return std::nullopt;  // the server's own encoding decides
    std::size_t size = max_name_size;
    while ((static_cast<unsigned char>(name[size]) & 0xc0) == 0x80) --size;
    name.resize(size);
    return name;
}

/// In an encoding of single bytes the server folds more letters, by its locale.
std::optional<std::string> folded(byte_view written) {
    if (!is_valid_utf8(written)) return std::nullopt;
    std::string name(written);
    return cut_name(lower_case(name));
}

}  // namespace

void uses_reader::begin_statement() {
    exits_block_ = ends_block();
    shape_varies_ =
        at_.is(sql_keyword::fetch_) || at_.is(sql_keyword::move_) || at_.is(sql_keyword::execute_);
    if (uses_.statements == 0) uses_.begins_with_exit = exits_block_;
    read_use();
}

void uses_reader::end_statement(std::size_t end) {
    ++uses_.statements;
    if (text_begin_ == 0) return;
    prepared_.text = text_behind(std::exchange(text_begin_, 0), end);
    uses_.list.back().prepares = std::make_shared<const prepared_text>(std::move(prepared_));
}

sql_uses_ptr uses_reader::uses() {
    uses_.too_long = at_.is_too_long();
    uses_.known = known_ && !at_.is_lost() && !uses_.too_long;
    if (uses_.known && uses_.list.empty()) return nullptr;
    return std::make_shared<const sql_uses>(std::move(uses_));
}

sql_uses_ptr uses_reader::all_uses() {
    if (at_.is_refused()) return nullptr;
    known_ &= at_.starts() == starts_read_;
    return uses();
}

bool uses_reader::ends_block() const {
    if (at_.is(sql_keyword::prepare_)) return at_.ahead_is(sql_keyword::transaction_);
    if (at_.is(sql_keyword::commit_) || at_.is(sql_keyword::rollback_))
        return !at_.ahead_is(sql_keyword::prepared_);
    return at_.is(sql_keyword::end_) || at_.is(sql_keyword::abort_);
}

void uses_reader::read_use() {
    if (at_.is(sql_keyword::prepare_) || at_.is(sql_keyword::deallocate_) || at_.is(sql_keyword::discard_)) {
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

sql_use& uses_reader::add(sql_verb verb) {
    uses_.list.push_back({.verb = verb, .statement = uses_.statements});
    return uses_.list.back();
}

void uses_reader::discard() {
    if (at_.ahead_is(sql_keyword::all_)) add(sql_verb::deallocate_all);
}

void uses_reader::deallocate() {
    at_.step();
    if (at_.is(sql_keyword::prepare_) && !at_.ahead_ends()) at_.step();
    if (at_.is(sql_keyword::all_))
        add(sql_verb::deallocate_all);
    else
        named(sql_verb::deallocate);
}

void uses_reader::prepare() {
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
sql_use* uses_reader::named(sql_verb verb) {
    if (at_.at_end()) return nullptr;
    auto name = read_name();
    if (!name || name->empty()) return nullptr;
    sql_use& use = add(verb);
    use.name = std::move(*name);
    return &use;
}

/// Empty: PostgreSQL takes none like it. Nothing: not to be told, so the whole text is not.
std::optional<std::string> uses_reader::read_name() {
    const sql_token t = at_.token();
    at_.step();
    std::optional<std::string> name = std::string();
    const byte_view written = t.in(at_.text());
    if (t.what == sql_token::kind::word) name = folded(written);
    if (t.what == sql_token::kind::quoted) name = cut_name(unquoted(written));
    if (t.what == sql_token::kind::unicode_quoted) name = unicode_quoted(written);
    known_ &= name.has_value();
    return name;
}

/// U&"..." UESCAPE '...' is three tokens.
std::optional<std::string> uses_reader::unicode_quoted(byte_view written) {
    std::string whole(written);
    if (at_.is(sql_keyword::uescape_) && !at_.ahead_ends()) {
        whole.append(" UESCAPE ").append(at_.ahead().in(at_.text()));
        at_.step();
        at_.step();
    }
    if (whole.size() > max_unicode_name_size) return std::nullopt;
    return unicode_name(whole).value_or("");
}

/// Steps over ( a, b, ... ); the parts as written, and how many. An array's [ a, b ] is part of one.
std::size_t uses_reader::parenthesised(std::vector<std::string>* parts) {
    std::size_t begin = at_.token().end, count = 0;
    for (int depth = 0; !at_.at_end(); at_.step()) {
        const bool closes = at_.is(')');
        if (depth == 1 && (closes || at_.is(','))) {
            ++count;
            if (parts) parts->emplace_back(at_.text().substr(begin, at_.at() - begin));
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

std::string uses_reader::text_behind(std::size_t begin, std::size_t end) const {
    std::string out;
    if (begin <= max_blanks) {
        const byte_view before = at_.text().substr(0, begin);
        const auto characters =
            is_valid_utf8(before)
                ? std::count_if(before.begin(), before.end(),
                                [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; })
                : static_cast<std::ptrdiff_t>(before.size());
        out.assign(static_cast<std::size_t>(characters), ' ');
    }
    return out.append(at_.text().substr(begin, end - begin));
}

/// EXPLAIN [ANALYZE] [VERBOSE] or EXPLAIN ( options ).
void uses_reader::skip_explain() {
    at_.step();
    if (at_.is('(')) parenthesised(nullptr);
    while (at_.take(sql_keyword::analyze_) || at_.take(sql_keyword::analyse_) ||
           at_.take(sql_keyword::verbose_)) {}
}

/// To what stands behind the AS of CREATE TABLE ... AS: the first AS outside parentheses.
void uses_reader::skip_create_table_as() {
    at_.step();
    while (at_.take(sql_keyword::global_) || at_.take(sql_keyword::local_) || at_.take(sql_keyword::temp_) ||
           at_.take(sql_keyword::temporary_) || at_.take(sql_keyword::unlogged_)) {}
    if (!at_.take(sql_keyword::table_)) return;
    while (!at_.at_end() && !at_.take(sql_keyword::as_)) {
        if (at_.is('('))
            parenthesised(nullptr);
        else
            at_.step();
    }
}

}  // namespace pgsidecar
