#include "proxy/sql/statement_cursor.hpp"

#include <algorithm>
#include <utility>

#include "proxy/sql/sql_characters.hpp"

namespace pgsidecar {

statement_cursor::statement_cursor(byte_view sql, sql_reading reading, bool remembers)
    : sql_(sql), lexer_(reading), remembers_(remembers) {
    lexer_.feed(sql);
    now_ = pull();
    ahead_ = pull();
}

bool statement_cursor::to_statement() {
    while (now_.is(';')) step();
    parentheses_ = atomic_ = 0;
    creates_ = is(sql_keyword::create_);
    remembered_.clear();
    return now_.what != sql_token::kind::end;
}

void statement_cursor::step() {
    parentheses_ += is('(') ? 1 : is(')') ? -1 : 0;
    if (creates_ && is(sql_keyword::begin_) && ahead_is(sql_keyword::atomic_)) ++atomic_;
    if (atomic_ > 0 && is(sql_keyword::case_)) ++atomic_;
    if (atomic_ > 0 && is(sql_keyword::end_)) --atomic_;
    if (remembers_) {
        remember_left_out(now_.begin);
        add(remembered_, now_);
    }
    now_ = ahead_;
    ahead_ = pull();
}

std::span<const sql_token> statement_cursor::remembered() {
    remember_left_out(at());
    return remembered_;
}

sql_token statement_cursor::pull() {
    sql_token t;
    if (++tokens_ > max_tokens_) return {};
    do {
        while (!lexer_.next(t)) {
            if (std::exchange(end_is_fed_, true)) {
                if (remembers_) see_left_out(sql_.size());
                return {};
            }
            lexer_.feed(byte_view("", 1));
        }
        if (remembers_) see_left_out(t.begin);
        pulled_ = t.end;
    } while (t.what == sql_token::kind::comment);
    if (starts_.names_statement(t)) ++starts_seen_;
    return t;
}

void statement_cursor::see_left_out(std::size_t end) {
    for (; pulled_ < end; ++pulled_)
        if (!sql_characters::is_blank(sql_[pulled_]))
            add(left_out_, {.what = sql_token::kind::symbol, .begin = pulled_, .end = pulled_ + 1});
}

void statement_cursor::remember_left_out(std::size_t end) {
    const auto behind =
        std::find_if(left_out_.begin(), left_out_.end(), [&](const sql_token& t) { return t.begin >= end; });
    for (auto t = left_out_.begin(); t != behind; ++t) add(remembered_, *t);
    left_out_.erase(left_out_.begin(), behind);
}

void statement_cursor::add(std::vector<sql_token>& to, const sql_token& t) {
    if (to.size() < max_remembered) to.push_back(t);
    to.back().end = t.end;
}

}  // namespace pgsidecar
