#include "proxy/sql/statement_starts.hpp"

#include <algorithm>
#include <initializer_list>

namespace pgsidecar {
namespace {

bool is_one_of(const sql_token& t, std::initializer_list<sql_keyword> words) {
    return std::any_of(words.begin(), words.end(), [&](auto word) { return t.is(word); });
}

}  // namespace

bool statement_starts::names_statement(const sql_token& t) {
    if (t.what == sql_token::kind::comment) return false;
    if (t.what == sql_token::kind::word) return on_word(t);
    if (t.what == sql_token::kind::symbol)
        on_symbol(t.symbol);
    else if (part_ != part::create_table && parentheses_ == 0)
        part_ = part::rest;
    return false;
}

void statement_starts::on_symbol(char symbol) {
    if (symbol == '(') ++parentheses_;
    if (symbol == ')' && parentheses_ > 0) --parentheses_;
    if (symbol == ';') {
        part_ = part::start;
        parentheses_ = 0;
    } else if (part_ == part::start || part_ == part::create || part_ == part::behind_as) {
        part_ = part::rest;
    }
}

bool statement_starts::on_word(const sql_token& t) {
    switch (part_) {
        case part::start:
            part_ = t.is(sql_keyword::explain_)  ? part::explain
                    : t.is(sql_keyword::create_) ? part::create
                                                 : part::rest;
            return is_one_of(t, {sql_keyword::execute_, sql_keyword::prepare_, sql_keyword::deallocate_,
                                 sql_keyword::discard_});
        case part::explain:
            if (parentheses_ > 0 ||
                is_one_of(t, {sql_keyword::analyze_, sql_keyword::analyse_, sql_keyword::verbose_}))
                return false;
            part_ = t.is(sql_keyword::create_) ? part::create : part::rest;
            return t.is(sql_keyword::execute_);
        case part::create:
            if (is_one_of(t, {sql_keyword::global_, sql_keyword::local_, sql_keyword::temp_,
                              sql_keyword::temporary_, sql_keyword::unlogged_}))
                return false;
            part_ = t.is(sql_keyword::table_) ? part::create_table : part::rest;
            return false;
        case part::create_table:
            if (parentheses_ == 0 && t.is(sql_keyword::as_)) part_ = part::behind_as;
            return false;
        case part::behind_as: part_ = part::rest; return t.is(sql_keyword::execute_);
        case part::rest: return false;
    }
    return false;
}

}  // namespace pgsidecar
