#include "proxy/config/key.hpp"

#include "proxy/config/key_groups.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace pgsidecar::config {
namespace {

std::vector<key> all_keys() {
    std::vector<key> all;
    for (auto&& group : {client_keys(), upstream_keys(), relay_keys(), operation_keys()})
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

}  // namespace

std::string key::variable() const {
    std::string upper(variable_prefix);
    for (const char c : path)
        upper += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return upper;
}

std::string_view key::section() const {
    const std::string_view whole = path;
    return whole.substr(0, whole.find('.') == whole.npos ? 0 : whole.find('.'));
}

std::string_view key::name() const {
    const std::string_view whole = path;
    return section().empty() ? whole : whole.substr(section().size() + 1);
}

const std::vector<key>& keys() {
    static const std::vector<key> table = all_keys();
    return table;
}

const key* find_key(std::string_view path) {
    const auto found = std::ranges::find(keys(), path, &key::path);
    return found == keys().end() ? nullptr : &*found;
}

}  // namespace pgsidecar::config
