#include "proxy/sql/sql_parameters.hpp"

#include <algorithm>

#include "proxy/sql/sql_lexer.hpp"

namespace pgsidecar {

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
