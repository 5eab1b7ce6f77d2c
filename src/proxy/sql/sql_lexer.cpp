#include "proxy/sql/sql_lexer.hpp"

#include <algorithm>
#include <string_view>

namespace pgsidecar {
namespace {

constexpr std::size_t max_tag_size = 1024;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_newline(char c) { return c == '\n' || c == '\r'; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f' || c == '\v' || is_newline(c); }
constexpr char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool begins_word(char c) {
    return (fold(c) >= 'a' && fold(c) <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool goes_on_tag(char c) { return begins_word(c) || is_digit(c); }
constexpr bool goes_on_word(char c) { return goes_on_tag(c) || c == '$'; }
constexpr bool is_symbol(char c) {
    return c == '(' || c == ')' || c == '[' || c == ']' || c == ',' || c == ';';
}

struct keyword {
    std::string_view written;
    sql_keyword what;
};

/// By length.
constexpr std::array keywords{
    keyword{"as", sql_keyword::as_},
    keyword{"all", sql_keyword::all_},
    keyword{"end", sql_keyword::end_},
    keyword{"case", sql_keyword::case_},
    keyword{"copy", sql_keyword::copy_},
    keyword{"from", sql_keyword::from_},
    keyword{"move", sql_keyword::move_},
    keyword{"temp", sql_keyword::temp_},
    keyword{"abort", sql_keyword::abort_},
    keyword{"begin", sql_keyword::begin_},
    keyword{"fetch", sql_keyword::fetch_},
    keyword{"local", sql_keyword::local_},
    keyword{"stdin", sql_keyword::stdin_},
    keyword{"table", sql_keyword::table_},
    keyword{"atomic", sql_keyword::atomic_},
    keyword{"commit", sql_keyword::commit_},
    keyword{"create", sql_keyword::create_},
    keyword{"global", sql_keyword::global_},
    keyword{"stdout", sql_keyword::stdout_},
    keyword{"analyse", sql_keyword::analyse_},
    keyword{"analyze", sql_keyword::analyze_},
    keyword{"discard", sql_keyword::discard_},
    keyword{"execute", sql_keyword::execute_},
    keyword{"explain", sql_keyword::explain_},
    keyword{"prepare", sql_keyword::prepare_},
    keyword{"uescape", sql_keyword::uescape_},
    keyword{"verbose", sql_keyword::verbose_},
    keyword{"prepared", sql_keyword::prepared_},
    keyword{"rollback", sql_keyword::rollback_},
    keyword{"unlogged", sql_keyword::unlogged_},
    keyword{"temporary", sql_keyword::temporary_},
    keyword{"deallocate", sql_keyword::deallocate_},
    keyword{"transaction", sql_keyword::transaction_},
};

/// Where those of each length begin.
constexpr auto keywords_of_length = [] {
    std::array<std::size_t, 13> out{};
    for (std::size_t length = 0; length < out.size(); ++length)
        while (out[length] < keywords.size() && keywords[out[length]].written.size() < length) ++out[length];
    return out;
}();

sql_keyword keyword_of(std::string_view word) {
    for (std::size_t i = keywords_of_length[word.size()]; i < keywords_of_length[word.size() + 1]; ++i)
        if (keywords[i].written == word) return keywords[i].what;
    return sql_keyword::none;
}

}  // namespace

bool sql_lexer::next(sql_token& out) {
    while (at_ < piece_.size() && !lost_)
        if (step(piece_[at_], out)) return true;
    return false;
}

/// Uses the byte, or changes the state. A token has ended in front of it, or with it where it is a symbol.
bool sql_lexer::step(char c, sql_token& out) {
    switch (state_) {
        case state::ground: return on_ground(c, out);
        case state::minus:
            continues_ &= c == '-';
            state_ = c == '-' ? state::line_comment : state::ground;
            return false;
        case state::slash:
            depth_ = 1;
            at_ += c == '*' ? 1 : 0;
            state_ = c == '*' ? state::block_comment : state::ground;
            return false;
        case state::line_comment:
            if (is_newline(c) || c == '\0') return emit_line_comment(out);
            ++at_;
            return false;
        case state::block_comment:
        case state::block_comment_star:
        case state::block_comment_slash: return on_block_comment(c, out);
        case state::word: return on_word(c, out);
        case state::word_pair: return on_pair(c, state::word);
        case state::u_and:
            if (c != '\'' && c != '"') return emit(out, offset() - 1);
            ++at_;
            escapes_ = false;
            kind_ = c == '"' ? sql_token::kind::unicode_quoted : sql_token::kind::literal;
            state_ = c == '"' ? state::quoted : state::literal;
            return false;
        case state::number:
            if (!is_digit(c)) return emit(out, offset());
            ++at_;
            return false;
        case state::literal: on_literal(); return false;
        case state::literal_quote:
            if (c == '\'') {
                ++at_;
                state_ = state::literal;
                return false;
            }
            emit(out, offset());
            continues_ = true;
            newline_ = false;
            return true;
        case state::literal_backslash:
            if (c == '\0') return end_of_text(true), false;
            ++at_;
            state_ = reading_.begins_pair(c) ? state::literal_pair : state::literal;
            return false;
        case state::literal_pair: return on_pair(c, state::literal);
        case state::quoted:
            if (c == '\0') return end_of_text(true), false;
            ++at_;
            if (c == '"') state_ = state::quoted_quote;
            return false;
        case state::quoted_quote:
            if (c != '"') return emit(out, offset());
            ++at_;
            state_ = state::quoted;
            return false;
        case state::dollar_tag_pair:
            if (c == '\0') return end_of_text(true), false;
            [[fallthrough]];
        case state::dollar:
        case state::dollar_tag:
        case state::dollar_body: on_dollar(c); return false;
        case state::dollar_end: return on_dollar_end(c, out);
        case state::parameter:
            if (!is_digit(c)) return emit(out, offset());
            number_ = std::min<std::uint32_t>(10 * number_ + static_cast<std::uint32_t>(c - '0'), 65'536);
            ++at_;
            return false;
        case state::end: at_ = piece_.size(); return false;
    }
    return false;
}

bool sql_lexer::on_ground(char c, sql_token& out) {
    if (c == '\0') return end_of_text(false), false;
    if (is_blank(c)) {
        newline_ |= is_newline(c);
        ++at_;
        return false;
    }
    if (c == '\'') {
        begin_literal(continues_ && newline_ ? escapes_ : reading_.backslash_escapes);
        return false;
    }
    if (c == '-') {
        begin(state::minus, sql_token::kind::comment);
        return false;
    }
    continues_ = false;
    if (begins_word(c)) {
        word_size_ = 0;
        state_ = state::word;
        begin_ = offset();
        kind_ = sql_token::kind::word;
        return false;  // on_word() uses it
    }
    if (is_symbol(c)) {
        begin_ = offset();
        kind_ = sql_token::kind::symbol;
        ++at_;
        emit(out, offset());
        out.symbol = c;
        return true;
    }
    if (c == '"')
        begin(state::quoted, sql_token::kind::quoted);
    else if (is_digit(c))
        begin(state::number, sql_token::kind::number);
    else if (c == '$')
        begin(state::dollar, sql_token::kind::literal);
    else if (c == '/')
        begin(state::slash, sql_token::kind::comment);
    else
        ++at_;  // an operator
    return false;
}

bool sql_lexer::on_word(char c, sql_token& out) {
    while (goes_on_word(c)) {
        if (word_size_ < word_.size()) word_[word_size_] = fold(c);
        ++word_size_;
        ++at_;
        if (reading_.begins_pair(c)) {
            state_ = state::word_pair;
            return false;
        }
        if (at_ == piece_.size()) return false;
        c = piece_[at_];
    }
    if (word_size_ == 1 && c == '\'' && std::string_view("ebxn").find(word_[0]) != std::string_view::npos) {
        const std::size_t prefix = begin_;
        begin_literal(word_[0] == 'e' || (word_[0] == 'n' && reading_.backslash_escapes));
        begin_ = prefix;
        return false;
    }
    if (word_size_ == 1 && c == '&' && word_[0] == 'u') {
        ++at_;
        state_ = state::u_and;
        return false;
    }
    return emit(out, offset());
}

/// The second byte of a character.
bool sql_lexer::on_pair(char c, state then) {
    if (c == '\0') return end_of_text(true), false;
    ++at_;
    state_ = then;
    return false;
}

bool sql_lexer::on_block_comment(char c, sql_token& out) {
    if (c == '\0') return end_of_text(true), false;
    ++at_;
    if (state_ == state::block_comment_star && c == '/') {
        state_ = state::block_comment;
        return --depth_ == 0 && emit(out, offset());
    }
    if (state_ == state::block_comment_slash && c == '*') {
        ++depth_;
        state_ = state::block_comment;
        return false;
    }
    state_ = c == '*'   ? state::block_comment_star
             : c == '/' ? state::block_comment_slash
                        : state::block_comment;
    return false;
}

/// One does not keep a literal from going on behind it.
bool sql_lexer::emit_line_comment(sql_token& out) {
    const bool continues = continues_;
    emit(out, offset());
    continues_ = continues;
    return true;
}

void sql_lexer::on_literal() {
    for (; at_ < piece_.size(); ++at_) {
        const char c = piece_[at_];
        if (c == '\'' || (escapes_ && c == '\\')) {
            ++at_;
            state_ = c == '\'' ? state::literal_quote : state::literal_backslash;
            return;
        }
        if (c == '\0') return end_of_text(true);
        if (escapes_ && reading_.begins_pair(c)) {
            ++at_;
            state_ = state::literal_pair;
            return;
        }
    }
}

/// $n, $tag$ or a stray $, which no grammar takes.
void sql_lexer::on_dollar(char c) {
    switch (state_) {
        case state::dollar:
            tag_.clear();
            if (is_digit(c)) {
                number_ = 0;
                kind_ = sql_token::kind::parameter;
                state_ = state::parameter;
                return;
            }
            if (c != '$' && !begins_word(c)) break;
            state_ = state::dollar_tag;
            return;
        case state::dollar_tag:
            if (c == '$') {
                ++at_;
                state_ = state::dollar_body;
                return;
            }
            if (!goes_on_tag(c)) break;
            return add_to_tag(c, reading_.begins_pair(c) ? state::dollar_tag_pair : state::dollar_tag);
        case state::dollar_tag_pair: return add_to_tag(c, state::dollar_tag);
        default:
            if (c == '\0') return end_of_text(true);
            ++at_;
            if (c != '$') return;
            matched_ = 0;
            state_ = state::dollar_end;
            return;
    }
    state_ = state::ground;
}

void sql_lexer::add_to_tag(char c, state then) {
    lost_ |= tag_.size() >= max_tag_size;
    if (!lost_) tag_ += c;
    state_ = then;
    ++at_;
}

bool sql_lexer::on_dollar_end(char c, sql_token& out) {
    if (c == '$') {
        ++at_;
        if (matched_ == tag_.size()) return emit(out, offset());
        matched_ = 0;  // this one may begin it
    } else if (matched_ < tag_.size() && c == tag_[matched_]) {
        ++at_;
        ++matched_;
    } else {
        state_ = state::dollar_body;
    }
    return false;
}

/// The byte begins a token.
void sql_lexer::begin(state s, sql_token::kind what) {
    begin_ = offset();
    kind_ = what;
    state_ = s;
    ++at_;
}

void sql_lexer::begin_literal(bool escapes) {
    escapes_ = escapes;
    begin(state::literal, sql_token::kind::literal);
}

bool sql_lexer::emit(sql_token& out, std::size_t end) {
    out.what = kind_;
    out.symbol = '\0';
    out.keyword = kind_ == sql_token::kind::word && word_size_ <= word_.size()
                      ? keyword_of({word_.data(), word_size_})
                      : sql_keyword::none;
    out.number = kind_ == sql_token::kind::parameter ? number_ : 0;
    out.begin = begin_;
    out.end = end;
    continues_ = false;
    state_ = state::ground;
    return true;
}

void sql_lexer::end_of_text(bool open) {
    open_ = open;
    state_ = state::end;
}

}  // namespace pgsidecar
