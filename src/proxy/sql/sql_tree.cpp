#include "proxy/sql/sql_tree.hpp"

#include <algorithm>
#include <utility>

namespace pgsidecar {
namespace {

/// What \n and the like stand for; NUL: there is no such escape.
constexpr char unescaped(char c) {
    switch (c) {
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return c == '"' || c == '\\' || c == '/' ? c : '\0';
    }
}

constexpr bool is_structure(char c) {
    return c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':' || c == '"';
}

}  // namespace

/// Goes over the JSON once. A node that has been begun is on a list until it ends.
class sql_tree::reader {
public:
    explicit reader(sql_tree& out) : out_(out), at_(out.json_.data()), end_(at_ + out.json_.size()) {
        out.nodes_.reserve(out.json_.size() / 16);  // about one for so many bytes
    }

    bool read() {
        while (at_ < end_)
            if (!one()) return false;
        return open_.empty() && !out_.nodes_.empty() && name_.empty();
    }

private:
    bool one() {
        switch (*at_) {
            case '{':
            case '[': return begin(*at_ == '[');
            case '}':
            case ']': return end(*at_ == ']');
            case ',': ++at_; return !open_.empty();
            case '"': return string();
            case ':': return false;  // string() takes it behind a name
            default: return number();
        }
    }

    bool begin(bool is_list) {
        ++at_;
        if (!add({.is_list = is_list})) return false;
        open_.push_back(out_.nodes_.size() - 1);
        return true;
    }

    bool end(bool is_list) {
        ++at_;
        if (open_.empty() || !name_.empty() || out_.nodes_[open_.back()].is_list != is_list) return false;
        out_.nodes_[open_.back()].end = out_.nodes_.size();
        open_.pop_back();
        return true;
    }

    bool string() {
        const auto text = text_between_quotes();
        if (!text) return false;
        const bool is_name = at_ < end_ && *at_ == ':';
        if (!is_name) return add({.text = *text});
        ++at_;
        return !text->empty() && std::exchange(name_, *text).empty();
    }

    bool number() {
        const char* const begin = at_;
        at_ = std::find_if(at_, end_, is_structure);
        return add({.text = {begin, static_cast<std::size_t>(at_ - begin)}});
    }

    /// Only in a node things have names, and there all of them.
    bool add(sql_node node) {
        const bool is_field = !open_.empty() && !out_.nodes_[open_.back()].is_list;
        node.name = std::exchange(name_, {});
        if (is_field == node.name.empty() || (open_.empty() && !out_.nodes_.empty())) return false;
        node.end = out_.nodes_.size() + 1;
        out_.nodes_.push_back(node);
        return true;
    }

    /// Escapes are taken out where they stand: what they stand for is shorter.
    std::optional<std::string_view> text_between_quotes() {
        const char* const begin = ++at_;
        char* to = at_;
        for (; at_ < end_ && *at_ != '"'; ++to) {
            if (*at_ != '\\') {
                *to = *at_++;
            } else if (!escape(*to)) {
                return std::nullopt;
            }
        }
        if (at_ == end_) return std::nullopt;
        ++at_;
        return std::string_view(begin, static_cast<std::size_t>(to - begin));
    }

    /// libpg_query writes \u00.. for < and > and control characters, and no other.
    bool escape(char& out) {
        if (end_ - at_ < 2) return false;
        const char kind = at_[1];
        at_ += 2;
        if (kind != 'u') return (out = unescaped(kind)) != '\0';
        if (end_ - at_ < 4) return false;
        unsigned code = 0;
        for (const char* const last = at_ + 4; at_ < last; ++at_) {
            const char c = static_cast<char>(*at_ | 0x20);
            const bool is_letter = c >= 'a' && c <= 'f';
            if (!is_letter && (*at_ < '0' || *at_ > '9')) return false;
            code = code * 16 + static_cast<unsigned>(is_letter ? c - 'a' + 10 : *at_ - '0');
        }
        out = static_cast<char>(code);
        return code < 0x80;
    }

    sql_tree& out_;
    char* at_;
    char* const end_;
    std::string_view name_;  // of what comes next
    std::vector<std::size_t> open_;
};

std::optional<sql_tree> sql_tree::read(std::string_view json) {
    sql_tree out(json);
    return reader(out).read() ? std::optional(std::move(out)) : std::nullopt;
}

const sql_node* sql_tree::first_in(const sql_node& node) const {
    const sql_node* const first = &node + 1;
    return first < nodes_.data() + node.end ? first : nullptr;
}

const sql_node* sql_tree::behind(const sql_node& one, const sql_node& in) const {
    return one.end < in.end ? nodes_.data() + one.end : nullptr;
}

}  // namespace pgsidecar
