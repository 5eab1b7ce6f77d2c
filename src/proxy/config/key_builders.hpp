#pragma once

#include "proxy/config/key.hpp"
#include "proxy/config/value.hpp"

#include <string>
#include <utility>
#include <vector>

namespace pgsidecar::config {

// A key with one value. `member` gives the value's place in settings.
template <class T, class Member>
key scalar(std::string path, value_type<T> type, Member member, std::string meaning) {
    const auto assign = [=](settings& to, const std::vector<std::string>& texts) -> std::vector<std::size_t> {
        const auto value = type.parse(texts.at(0));
        if (!value) return {0};
        member(to) = *value;
        return {};
    };
    const auto print = [=](const settings& from) { return std::vector{type.print(member(from))}; };
    return {std::move(path), std::move(meaning), type.accepts, false, assign, print};
}

// A key with a list of values.
template <class T, class Member>
key list(std::string path, value_type<T> type, Member member, std::string meaning) {
    const auto assign = [=](settings& to, const std::vector<std::string>& texts) {
        std::vector<T> values;
        std::vector<std::size_t> refused;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            if (auto value = type.parse(texts[i]))
                values.push_back(*std::move(value));
            else
                refused.push_back(i);
        }
        if (refused.empty()) member(to) = std::move(values);
        return refused;
    };
    const auto print = [=](const settings& from) {
        std::vector<std::string> texts;
        for (const auto& value : member(from)) texts.push_back(type.print(value));
        return texts;
    };
    return {std::move(path), std::move(meaning), "a list of " + type.accepts, true, assign, print};
}

// A key whose value is shown nowhere.
template <class Member>
key secret(std::string path, std::string accepts, Member member, std::string meaning) {
    key entry = scalar(std::move(path), text_value(std::move(accepts)), member, std::move(meaning));
    entry.is_secret = true;
    return entry;
}

}  // namespace pgsidecar::config
