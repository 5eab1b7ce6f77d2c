#pragma once

/// What a byte may be in PostgreSQL's scanner (scan.l).
namespace pgsidecar::sql_characters {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_newline(char c) { return c == '\n' || c == '\r'; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f' || c == '\v' || is_newline(c); }
constexpr char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool begins_word(char c) {
    return (fold(c) >= 'a' && fold(c) <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool goes_on_tag(char c) { return begins_word(c) || is_digit(c); }
constexpr bool goes_on_word(char c) { return goes_on_tag(c) || c == '$'; }
constexpr bool is_symbol(char c) {
    return c == '(' || c == ')' || c == '[' || c == ']' || c == ',' || c == ';';
}

}  // namespace pgsidecar::sql_characters
