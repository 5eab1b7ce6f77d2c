#include "proxy/config/environment.hpp"

#include "proxy/config/quote.hpp"

#include <unistd.h>

#include <algorithm>

namespace pgsidecar::config {

environment process_environment() {
    environment variables;
    for (auto entry = environ; entry && *entry; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (equals != text.npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

std::vector<given_text> split_list(std::string_view text, const std::string& where) {
    constexpr std::string_view blanks = " \t";
    std::vector<given_text> items;
    if (text.find_first_not_of(blanks) == text.npos) return items;
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(',', begin), text.size());
        auto item = text.substr(begin, end - begin);
        item.remove_prefix(std::min(item.find_first_not_of(blanks), item.size()));
        item = item.substr(0, item.find_last_not_of(blanks) + 1);
        items.push_back({std::string(item), where});
        begin = end + 1;
    }
    return items;
}

given_values read_environment(const environment& variables) {
    given_values result;
    for (auto entry = variables.lower_bound(std::string(variable_prefix));
         entry != variables.end() && entry->first.starts_with(variable_prefix); ++entry) {
        const auto& [name, text] = *entry;
        const auto target = std::ranges::find(keys(), name, &key::variable);
        if (target != keys().end()) {
            const auto texts =
                target->is_list ? split_list(text, name) : std::vector<given_text>{{text, name}};
            result.values.push_back({&*target, texts, name, "environment, " + name});
        } else if (name != file_variable) {
            result.warnings.push_back("environment variable " + quote(name) + " names no key and is ignored");
        }
    }
    return result;
}

}  // namespace pgsidecar::config
