#include "proxy/sql/sql_grammar.hpp"

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <cstdint>
#include <memory>

#include "proxy/sql/text_to_parse.hpp"

namespace pgsidecar {

namespace {

struct parse_deleter {
    void operator()(PgQuery__ParseResult* r) const { pg_query__parse_result__free_unpacked(r, nullptr); }
};

std::unique_ptr<PgQuery__ParseResult, parse_deleter> parse(const std::string& sql) {
    const PgQueryProtobufParseResult result = pg_query_parse_protobuf(sql.c_str());
    PgQuery__ParseResult* unpacked = nullptr;
    if (result.error == nullptr)
        unpacked = pg_query__parse_result__unpack(
            nullptr, result.parse_tree.len, reinterpret_cast<const std::uint8_t*>(result.parse_tree.data));
    pg_query_free_protobuf_parse_result(result);
    return std::unique_ptr<PgQuery__ParseResult, parse_deleter>(unpacked);
}

}  // namespace

/// As JSON: in protobuf's encoding the library takes several times as long to write it, since each Node has
/// some 250 fields there, all of which it looks at twice, and takes stack for each level.
std::optional<sql_tree> parse_sql(byte_view sql, sql_reading reading) {
    const auto text = text_to_parse(sql, reading);
    if (!text) return std::nullopt;
    const PgQueryParseResult result = pg_query_parse(text->c_str());
    auto tree = result.error == nullptr ? sql_tree::read(result.parse_tree) : std::nullopt;
    pg_query_free_parse_result(result);
    return tree;
}

std::optional<std::string> unicode_name(std::string_view written) {
    const auto tree = parse("DEALLOCATE " + std::string(written));
    if (!tree || tree->n_stmts != 1 ||
        tree->stmts[0]->stmt->node_case != PG_QUERY__NODE__NODE_DEALLOCATE_STMT)
        return std::nullopt;
    return tree->stmts[0]->stmt->deallocate_stmt->name;
}

}  // namespace pgsidecar
