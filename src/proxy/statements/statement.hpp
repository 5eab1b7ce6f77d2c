#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/names.hpp"
#include "proxy/statements/name_history.hpp"
#include "proxy/statements/text_pool.hpp"

namespace pgsidecar {

/// What one client has parsed under one name, "" included.
struct statement {
    explicit statement(query_text_ptr t) : text(std::move(t)) {}

    query_text_ptr text;     ///< null: longer than max_statement_size, not kept
    birth_data_ptr birth;    ///< null: the server has not described it yet
    bool bound = false;      ///< has been bound since its Parse
    bool described = false;  ///< its birth data has been asked for

    std::uint32_t seen_in = 0;  ///< number of the transaction that parsed it or used it last
    shared_name_ptr name;       ///< null: "", or nobody keeps a history

    /// Types of a PREPARE inside a string, as written, until the server has said their OIDs.
    std::unique_ptr<const std::vector<std::string>> declared_types;

    /// Types for a Parse of the same statement: those of birth, else what the client declared.
    byte_view parameter_types() const {
        if (birth) return birth->parameter_types;
        return text ? byte_view(text->parameter_types) : byte_view{};
    }

    /// A property of the text: its highest $n, or the declared types if they are more. Nothing where only the
    /// server can tell.
    std::optional<std::size_t> parameter_count() const;

    /// As many types as there are parameters, known or not: for a Parse of an empty text in its place.
    std::string any_parameter_types() const;

    /// Bytes that it takes, about, if no other client has the text.
    std::size_t memory() const { return memory_beside_text + (text ? text->sql.size() : 0); }
    static constexpr std::size_t memory_beside_text = 512;

    bool returns_rows() const { return birth && !birth->shape.empty(); }
};
using statement_ptr = std::shared_ptr<statement>;

}  // namespace pgsidecar
