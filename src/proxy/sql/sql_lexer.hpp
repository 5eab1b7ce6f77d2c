#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "protocol/bytes.hpp"
#include "proxy/sql/sql_keyword.hpp"
#include "proxy/sql/sql_reading.hpp"

namespace pgsidecar {

struct sql_token {
    enum class kind : std::uint8_t {
        word,            ///< a keyword, or an identifier without quotes
        quoted,          ///< "..."
        unicode_quoted,  ///< U&"..."
        literal,         ///< '...' with or without a prefix, $$...$$
        number,          ///< the digits that begin it
        parameter,       ///< $n
        symbol,          ///< one of ( ) [ ] , ;
        comment,
        end,  ///< none
    };
    kind what = kind::end;
    char symbol = 0;
    sql_keyword keyword = sql_keyword::none;
    std::uint32_t number = 0;        ///< n of $n, 65536 for all above
    std::size_t begin = 0, end = 0;  ///< bytes of the text

    byte_view in(byte_view sql) const { return sql.substr(begin, end - begin); }
    bool is(sql_keyword w) const { return keyword == w; }
    bool is(char c) const { return what == kind::symbol && symbol == c; }
};

/// Cuts SQL into tokens as the scanners of PostgreSQL 14 to 18 do (scan.l), as far as it matters where names
/// of prepared statements stand: comments, literals and quoted names end where they end there, whatever bytes
/// are in them. Operators are left out. What no version takes may be cut in any way.
///
/// One pass over the text, which may come in pieces, with no more memory than the tag of a $tag$. The text
/// ends with a NUL, as in the protocol.
class sql_lexer {
public:
    explicit sql_lexer(sql_reading reading = {}) : reading_(reading) {}

    /// More of the text; what was fed before has been read.
    void feed(byte_view piece) {
        base_ += piece_.size();
        piece_ = piece;
        at_ = 0;
    }

    /// The next token that has ended in what was fed; false: there is none. A word or number ends in front of
    /// the byte behind it.
    bool next(sql_token& out);

    /// Where the last token was found to have ended, in the last piece.
    std::size_t at() const { return at_; }

    /// The text has ended in the middle of a literal, a comment or a name: no PostgreSQL takes it.
    bool ends_open() const { return state_ == state::end_inside; }

    /// A $tag$ that is too long to be remembered: what follows cannot be trusted.
    bool is_lost() const { return lost_; }

private:
    enum class state : std::uint8_t {
        ground,
        minus,
        slash,
        line_comment,
        block_comment,
        block_comment_star,
        block_comment_slash,
        word,
        word_pair,
        u_and,
        number,
        literal,
        literal_quote,
        literal_backslash,
        literal_pair,
        quoted,
        quoted_quote,
        dollar,
        dollar_tag,
        dollar_tag_pair,
        dollar_body,
        dollar_end,
        parameter,
        end,
        end_inside,
    };

    bool step(char c, sql_token& out);
    bool on_ground(char c, sql_token& out);
    bool on_word(char c, sql_token& out);
    bool on_pair(char c, state then);
    bool on_block_comment(char c, sql_token& out);
    bool emit_line_comment(sql_token& out);
    void on_literal();
    void on_dollar(char c);
    void add_to_tag(char c, state then);
    bool on_dollar_end(char c, sql_token& out);
    void begin(state s, sql_token::kind what);
    void begin_literal(bool escapes);
    bool emit(sql_token& out, std::size_t end);
    void end_of_text(bool open);
    std::size_t offset() const { return base_ + at_; }

    sql_reading reading_;
    byte_view piece_{};
    std::size_t base_ = 0, at_ = 0;
    std::size_t begin_ = 0;  // of the token that has been begun
    state state_ = state::ground;
    sql_token::kind kind_ = sql_token::kind::symbol;
    bool escapes_ = false;    // in this literal, or the last one
    bool continues_ = false;  // a literal has ended; if a newline follows, the next one is of its kind
    bool newline_ = false;    // and has come
    bool lost_ = false;
    std::size_t depth_ = 0;  // of comments
    std::uint32_t number_ = 0;
    std::array<char, max_keyword_size> word_{};  // its first letters, in lower case
    std::size_t word_size_ = 0;
    std::string tag_;
    std::size_t matched_ = 0;  // of tag_
};

}  // namespace pgsidecar
