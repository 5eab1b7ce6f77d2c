#include "proxy/session/sql_scan.hpp"

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace pgsidecar {
namespace {

struct scan_deleter {
    void operator()(PgQuery__ScanResult* r) const { pg_query__scan_result__free_unpacked(r, nullptr); }
};
struct parse_deleter {
    void operator()(PgQuery__ParseResult* r) const { pg_query__parse_result__free_unpacked(r, nullptr); }
};

const std::uint8_t* bytes_of(const PgQueryProtobuf& p) {
    return reinterpret_cast<const std::uint8_t*>(p.data);
}

std::unique_ptr<PgQuery__ScanResult, scan_deleter> scan(const std::string& sql) {
    const PgQueryScanResult result = pg_query_scan(sql.c_str());
    PgQuery__ScanResult* unpacked = nullptr;
    if (result.error == nullptr)
        unpacked = pg_query__scan_result__unpack(nullptr, result.pbuf.len, bytes_of(result.pbuf));
    pg_query_free_scan_result(result);
    return std::unique_ptr<PgQuery__ScanResult, scan_deleter>(unpacked);
}

std::unique_ptr<PgQuery__ParseResult, parse_deleter> parse(const std::string& sql) {
    const PgQueryProtobufParseResult result = pg_query_parse_protobuf(sql.c_str());
    PgQuery__ParseResult* unpacked = nullptr;
    if (result.error == nullptr)
        unpacked =
            pg_query__parse_result__unpack(nullptr, result.parse_tree.len, bytes_of(result.parse_tree));
    pg_query_free_protobuf_parse_result(result);
    return std::unique_ptr<PgQuery__ParseResult, parse_deleter>(unpacked);
}

/// PostgreSQL's scanner takes operator characters as far as they go, and then gives back what is no operator:
/// of
/// "++++" all but the first, again and again. 32 kB of them take it ten seconds.
bool takes_too_long(std::string_view sql) {
    constexpr std::string_view operator_characters = "~!@#^&|`?+-*/%<>=";
    constexpr std::size_t max_characters_given_back = std::size_t{16} << 20;
    std::size_t given_back = 0;
    for (std::size_t begin = 0, end = 0; begin < sql.size(); begin = end + 1) {
        end = std::min(sql.find_first_not_of(operator_characters, begin), sql.size());
        const std::string_view run = sql.substr(begin, end - begin);
        const bool comment = run.starts_with("--");
        std::size_t times = 0;
        for (std::size_t i = 0; i < run.size(); ++i)
            if (run.substr(i).starts_with("/*") || (!comment && (run[i] == '+' || run[i] == '-'))) ++times;
        given_back += times * run.size();
        if (given_back > max_characters_given_back) return true;
    }
    return false;
}

sql_token::kind kind_of(const PgQuery__ScanToken& t) {
    if (t.keyword_kind != PG_QUERY__KEYWORD_KIND__NO_KEYWORD) return sql_token::kind::keyword;
    switch (t.token) {
        case PG_QUERY__TOKEN__IDENT:
        case PG_QUERY__TOKEN__UIDENT: return sql_token::kind::identifier;
        case PG_QUERY__TOKEN__PARAM: return sql_token::kind::parameter;
        default: return sql_token::kind::other;
    }
}

/// libpg_query 15 gives a wrong end for U&"...".
std::size_t end_of(const PgQuery__ScanToken& t, std::string_view sql) {
    const auto begin = static_cast<std::size_t>(t.start);
    if (t.token != PG_QUERY__TOKEN__UIDENT) return static_cast<std::size_t>(t.end);
    std::size_t end = sql.find('"', begin);
    do {
        end = sql.find('"', end + 1);
        if (end == std::string_view::npos) return sql.size();
        ++end;
    } while (end < sql.size() && sql[end] == '"');  // a quote is written as two
    return end;
}

bool folds_by_itself(std::string_view written) {
    return !written.empty() && written.size() <= 63 &&
           std::all_of(written.begin(), written.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
           });
}

}  // namespace

std::optional<std::vector<sql_token>> scan_sql(const std::string& sql) {
    if (sql.size() > max_scanned_size || takes_too_long(sql)) return std::nullopt;
    const auto result = scan(sql);
    if (!result) return std::nullopt;
    std::vector<sql_token> out;
    out.reserve(result->n_tokens);
    for (std::size_t i = 0; i < result->n_tokens; ++i) {
        const PgQuery__ScanToken& t = *result->tokens[i];
        if (t.token == PG_QUERY__TOKEN__SQL_COMMENT || t.token == PG_QUERY__TOKEN__C_COMMENT) continue;
        out.push_back({kind_of(t), static_cast<std::size_t>(t.start), end_of(t, sql)});
    }
    return out;
}

std::optional<std::string> parse_sql(const std::string& sql) {
    if (sql.size() > max_parsed_size || takes_too_long(sql)) return std::nullopt;
    const PgQueryParseResult result = pg_query_parse(sql.c_str());
    std::optional<std::string> tree;
    if (result.error == nullptr) tree = result.parse_tree;
    pg_query_free_parse_result(result);
    return tree;
}

std::optional<std::string> sql_name(std::string_view written) {
    if (folds_by_itself(written)) {
        std::string name(written);
        for (char& c : name)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        return name;
    }
    if (takes_too_long(written)) return std::nullopt;
    const auto tree = parse("DEALLOCATE " + std::string(written));
    if (!tree || tree->n_stmts != 1 ||
        tree->stmts[0]->stmt->node_case != PG_QUERY__NODE__NODE_DEALLOCATE_STMT)
        return std::nullopt;
    return tree->stmts[0]->stmt->deallocate_stmt->name;
}

}  // namespace pgsidecar
