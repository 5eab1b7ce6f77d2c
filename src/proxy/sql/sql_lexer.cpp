#include "proxy/sql/sql_lexer.hpp"

#include <algorithm>
#include <string_view>

#include "proxy/sql/sql_characters.hpp"

namespace pgsidecar {

using namespace sql_characters;

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
        case state::end:
        case state::end_inside: at_ = piece_.size(); return false;
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

/// The byte begins a token.
void sql_lexer::begin(state s, sql_token::kind what) {
    begin_ = offset();
    kind_ = what;
    state_ = s;
    ++at_;
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

void sql_lexer::end_of_text(bool open) { state_ = open ? state::end_inside : state::end; }

}  // namespace pgsidecar
