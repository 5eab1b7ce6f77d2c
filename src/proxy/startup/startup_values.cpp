#include "proxy/startup/startup_values.hpp"

#include <algorithm>
#include <utility>

#include "protocol/names.hpp"
#include "proxy/startup/startup_settings.hpp"

namespace pgsidecar {

namespace {

/// A dot stands between two names.
std::string quoted_name(byte_view name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '.')
            out += "\".\"";
        else
            out.append(c == '"' ? 2 : 1, c);
    }
    return out + '"';
}

/// Right under both settings of standard_conforming_strings.
std::string quoted_value(byte_view value) {
    const bool escapes = value.find('\\') != byte_view::npos;
    std::string out = escapes ? "E'" : "'";
    for (const char c : value) out.append(c == '\'' || c == '\\' ? 2 : 1, c);
    return out + '\'';
}

/// What SET takes one by one: a single string would be a single name.
bool is_list_of_names(byte_view name) { return name == "search_path" || name == "temp_tablespaces"; }

/// The elements of a list as start-up has it: identifiers, quoted or not.
std::string quoted_list(byte_view list) {
    std::string out, element;
    bool in_quotes = false, was_quoted = false;
    const auto end_element = [&] {
        out += (out.empty() ? "" : ", ") + quoted_value(was_quoted ? element : lower_case(element));
        element.clear();
        was_quoted = false;
    };
    for (std::size_t i = 0; i < list.size(); ++i) {
        const char c = list[i];
        if (c == '"') {
            if (in_quotes && list.substr(i + 1).starts_with('"'))
                element += list[i++];
            else
                in_quotes = !in_quotes;
            was_quoted = true;
        } else if (c == ',' && !in_quotes) {
            end_element();
        } else if (c != ' ' || in_quotes) {
            element += c;
        }
    }
    end_element();
    return out;
}

}  // namespace

void startup_values::keep(byte_view name, byte_view given) {
    const std::string folded = lower_case(name);
    std::erase_if(values_, [&](const value& v) { return v.name == folded; });
    if (folded == "application_name" && given.empty()) return;  // to pgBouncer it is none
    values_.push_back({.name = folded, .given = std::string(given)});
    // pgBouncer shows what another client has left to one that has none, so it is never without.
    if (folded == "application_name") values_.back().server = fallback::another;
}

void startup_values::report(byte_view name, byte_view reported) {
    // PostgreSQL's default, unless the role or database has one (mb/mbutils.c, CheckMyDatabase).
    if (name == "server_encoding")
        if (value* encoding = find("client_encoding"); encoding && encoding->given == reported)
            encoding->server = fallback::same;
    value* v = find(lower_case(name));
    if (!v) return;
    v->tracked = true;
    v->name_shown = name;
    v->shown = v->at_start = reported;
}

startup_values::value* startup_values::find(byte_view name) {
    const auto found = std::ranges::find(values_, name, &value::name);
    return found == values_.end() ? nullptr : &*found;
}

std::string startup_values::set(const value& v, byte_view to, bool local) {
    return std::string(local ? "SET LOCAL " : "SET ") + quoted_name(v.name) + " TO " +
           (is_list_of_names(v.name) ? quoted_list(to) : quoted_value(to));
}

std::vector<std::string> startup_values::behind(const reset& what) {
    std::vector<std::string> out;
    for (value& v : values_) {
        if (!v.tracked || (!what.name.empty() && what.name != v.name)) continue;
        const bool may_be_watched = what.is_last && what.may_wait && !what.local;
        if (v.server == fallback::same || (v.server == fallback::unknown && may_be_watched)) {
            v.watched |= may_be_watched;
            holding_ |= may_be_watched;
        } else {
            out.push_back(set(v, v.given, what.local));
        }
    }
    return out;
}

bool startup_values::holds(byte_view name, byte_view reported) {
    if (values_.empty()) return false;
    value* v = find(lower_case(name));
    if (!v) return false;
    const bool held = holding_ && (v->watched || v->lost || v->mended);
    (held ? v->seen.emplace() : v->shown) = reported;
    return held;
}

void startup_values::lose() {
    for (value& v : values_) v.lost = v.tracked;
    holding_ = !values_.empty();
}

std::vector<std::string> startup_values::at_ready(bool done) {
    std::vector<std::string> out;
    for (value& v : values_) {
        const bool tells = std::exchange(v.watched, false) && done;
        const bool lost = std::exchange(v.lost, false);
        if (v.forgotten) {
            remind(v, out);
            continue;
        }
        if (!tells && !lost) continue;
        const std::string& now = v.seen ? *v.seen : v.shown;
        const bool same = now == v.given || now == v.at_start;
        v.server = same ? fallback::same : fallback::another;
        if (same) continue;
        v.forgotten = now.empty();
        out.push_back(set(v, v.given, false));
        v.seen.reset();
        v.mended = true;
    }
    return out;
}

/// A server reports what is not as it reported last. If the one that was lent had the client's value, the
/// pooler has heard nothing of it: the value changes to another one and back.
void startup_values::remind(value& v, std::vector<std::string>& out) {
    const bool heard = v.seen.has_value();
    const bool of_another_value = v.others_tried > 0;
    v.forgotten = !heard && v.others_tried < max_others_tried;
    if (!v.forgotten && !of_another_value) return;
    out.push_back(set(v, v.forgotten ? std::string(++v.others_tried, '~') + v.given : v.given, false));
    v.seen.reset();
    if (!v.forgotten) v.others_tried = 0;
}

/// What the server says of the value that the client has given is how it spells it.
void startup_values::learn_spelling(value& v) {
    if (!std::exchange(v.mended, false) || !v.seen) return;
    if (v.shown == v.at_start) v.shown = *v.seen;
    v.at_start = *v.seen;
}

}  // namespace pgsidecar
