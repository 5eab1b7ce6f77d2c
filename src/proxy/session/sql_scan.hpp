#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// PostgreSQL's own scanner and grammar, from libpg_query: the only place that knows that library.
namespace pgsidecar {

/// A longer text is not scanned: a token costs about 100 bytes while it is looked at.
inline constexpr std::size_t max_scanned_size = std::size_t{1} << 20;

/// A longer text is not parsed: two bytes of it may be one more level of the tree, which the library writes
/// by recursion, in about 130 bytes of stack each.
inline constexpr std::size_t max_parsed_size = std::size_t{16} << 10;

struct sql_token {
    enum class kind {
        keyword,
        identifier,  ///< quoted or not
        parameter,   ///< $n
        other,       ///< constants, operators and punctuation
    };
    kind what;
    std::size_t begin, end;  ///< bytes of the text

    std::string_view in(std::string_view sql) const { return sql.substr(begin, end - begin); }
};

/// The tokens of a text without its comments; nothing where the scanner refuses it, it is too long or
/// would keep the scanner busy for too long.
std::optional<std::vector<sql_token>> scan_sql(const std::string& sql);

/// The parse tree of a text as libpg_query writes it in JSON; nothing where the grammar refuses the text, it
/// is too long or would keep the scanner busy for too long.
std::optional<std::string> parse_sql(const std::string& sql);

/// The name that an identifier or keyword stands for, as PostgreSQL folds, unquotes and cuts it; nothing
/// where its grammar takes no such name.
std::optional<std::string> sql_name(std::string_view written);

}  // namespace pgsidecar
