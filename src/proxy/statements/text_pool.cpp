#include "proxy/statements/text_pool.hpp"

#include "proxy/sql/plain_statement.hpp"
#include "proxy/sql/sql_facts.hpp"
#include "proxy/sql/sql_parameters.hpp"

namespace pgsidecar {

query_text::query_text(byte_view text, byte_view types, sql_reading how, memory_account& account,
                       const statement_usage_ptr& counts)
    : query_text(counts ? counts->sql : std::make_shared<const std::string>(text), types, how, account,
                 counts) {}

query_text::query_text(std::shared_ptr<const std::string> text, byte_view types, sql_reading how,
                       memory_account& account, statement_usage_ptr counts)
    : sql(*text),
      parameter_types(types),
      reading(how),
      usage(std::move(counts)),
      memory_(account, text->size() + types.size() + sizeof(query_text)),
      text_(std::move(text)) {}

query_text::~query_text() {
    if (usage) statement_statistics::forget_text(*usage);
}

std::size_t text_pool::text_bytes() const {
    std::size_t sum = 0;
    for (const auto& texts : texts_) texts.for_each([&](const query_text& text) { sum += text.sql.size(); });
    return sum;
}

std::size_t text_pool::text_count() const {
    std::size_t sum = 0;
    for (const auto& texts : texts_) sum += texts.size();
    return sum;
}

const sql_facts& query_text::facts() const {
    if (!facts_) facts_ = std::make_unique<const sql_facts>(read_sql_facts(sql, reading));
    return *facts_;
}

std::optional<std::size_t> query_text::highest_parameter() const {
    if (!highest_parameter_) highest_parameter_ = pgsidecar::highest_parameter(sql, reading);
    return highest_parameter_;
}

statement_effect query_text::effect() const {
    if (!effect_ && facts().effect_at_most == statement_effect::undone)
        effect_ = is_plain(sql, reading) ? statement_effect::none : statement_effect::undone;
    return effect_at_most();
}

statement_effect query_text::effect_at_most() const { return effect_.value_or(facts().effect_at_most); }

}  // namespace pgsidecar
