#include "proxy/session/text_pool.hpp"

#include "proxy/session/sql_uses.hpp"

namespace pgsidecar {

query_text::query_text(byte_view text, byte_view types) : sql(text), parameter_types(types) {}

query_text::~query_text() = default;

const sql_facts& query_text::facts() const {
    if (!facts_) facts_ = std::make_unique<const sql_facts>(read_sql_facts(sql));
    return *facts_;
}

std::optional<std::size_t> query_text::highest_parameter() const {
    if (!highest_parameter_) highest_parameter_ = pgsidecar::highest_parameter(sql);
    return highest_parameter_;
}

}  // namespace pgsidecar
