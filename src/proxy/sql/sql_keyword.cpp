#include "proxy/sql/sql_keyword.hpp"

#include <array>

namespace pgsidecar {
namespace {

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

}  // namespace

sql_keyword keyword_of(std::string_view word) {
    for (std::size_t i = keywords_of_length[word.size()]; i < keywords_of_length[word.size() + 1]; ++i)
        if (keywords[i].written == word) return keywords[i].what;
    return sql_keyword::none;
}

}  // namespace pgsidecar
