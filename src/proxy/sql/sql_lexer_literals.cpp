#include "proxy/sql/sql_characters.hpp"
#include "proxy/sql/sql_lexer.hpp"

/// Literals: where they end, and what only looks like their end.
namespace pgsidecar {

using namespace sql_characters;

namespace {

constexpr std::size_t max_tag_size = 1024;

}  // namespace

void sql_lexer::begin_literal(bool escapes) {
    escapes_ = escapes;
    begin(state::literal, sql_token::kind::literal);
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

}  // namespace pgsidecar
