#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/sql/statement_cursor.hpp"

namespace pgsidecar {

enum class sql_verb : std::uint8_t { prepare, execute, deallocate, deallocate_all };

/// What stands behind the name in PREPARE.
struct prepared_text {
    /// The text behind AS, with a blank for every character in front of it, so that error positions stay
    /// those of the whole text; without, if that is far behind the start of the whole text.
    std::string text{};
    std::vector<std::string> declared_types{};  ///< as written
};

/// What one statement of a text does with prepared statements (semantics §7).
struct sql_use {
    sql_verb verb;
    bool runs_any = false;        ///< a plain EXECUTE, which runs utility statements too
    std::uint32_t statement = 0;  ///< its number in the text
    std::uint32_t arguments = 0;  ///< EXECUTE: how many are given
    std::string name{};
    std::shared_ptr<const prepared_text> prepares{};  ///< PREPARE
};

/// What the statements of a text do with prepared ones.
struct sql_uses {
    std::vector<sql_use> list{};  ///< of those that have to do with them, in order
    std::uint32_t statements = 0;
    bool begins_with_exit = false;  ///< the first statement works in a failed block, and ends it
    bool known = true;              ///< false: there are some, and which cannot be told,
    bool too_long = false;          ///< since it takes too long to read them
};
using sql_uses_ptr = std::shared_ptr<const sql_uses>;

/// Reads what statements do with prepared ones, each from the cursor that stands at its beginning.
class uses_reader {
public:
    explicit uses_reader(statement_cursor& at) : at_(at) {}

    /// Of the statement that begins here. The cursor stays inside it.
    void begin_statement();
    /// The cursor stands at its end.
    void end_statement(std::size_t end);

    /// Of the statement that was begun last.
    bool exits_block() const { return exits_block_; }
    bool shape_varies() const { return shape_varies_; }

    /// Of all that were read; null: there is none.
    sql_uses_ptr uses();
    /// Of the whole text. A statement that seems to begin where none was seen to makes them unknown.
    sql_uses_ptr all_uses();

private:
    bool ends_block() const;
    void read_use();
    sql_use& add(sql_verb verb);
    void discard();
    void deallocate();
    void prepare();
    sql_use* named(sql_verb verb);
    std::optional<std::string> read_name();
    std::optional<std::string> unicode_quoted(byte_view written);
    std::size_t parenthesised(std::vector<std::string>* parts);
    std::string text_behind(std::size_t begin, std::size_t end) const;
    void skip_explain();
    void skip_create_table_as();

    statement_cursor& at_;
    sql_uses uses_;
    bool exits_block_ = false, shape_varies_ = false;
    bool known_ = true;
    std::size_t starts_read_ = 0;
    prepared_text prepared_;
    std::size_t text_begin_ = 0;  // of the last PREPARE; 0: it is none
};

}  // namespace pgsidecar
