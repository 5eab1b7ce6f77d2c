#include "proxy/statements/statement.hpp"

#include <algorithm>

#include "protocol/composer.hpp"
#include "proxy/sql/sql_facts.hpp"

namespace pgsidecar {

std::optional<std::size_t> statement::parameter_count() const {
    if (birth) return birth->parameter_types.size() / 4;
    if (!text) return std::nullopt;
    // The $n in a PREPARE or EXECUTE are not the text's own.
    const auto highest = text->facts().uses ? 0 : text->highest_parameter();
    if (!highest) return std::nullopt;
    const std::size_t declared = declared_types ? declared_types->size() : text->parameter_types.size() / 4;
    return std::max(declared, *highest);
}

std::string statement::any_parameter_types() const {
    if (birth) return birth->parameter_types;
    std::string out;
    field_writer writer(out);
    for (std::size_t n = parameter_count().value_or(0); n > 0; --n) writer.u32(text_oid);
    return out;
}

}  // namespace pgsidecar
