#pragma once

#include "proxy/config/key.hpp"

#include <string>
#include <vector>

namespace pgsidecar::config {

// A text as one source gives it.
struct given_text {
    std::string text;
    std::string where;  // what a complaint about it starts with: "pgsidecar.yaml:3: workers"
};

struct given_value {
    const key* target = nullptr;
    std::vector<given_text> texts;  // exactly one unless the key is a list
    std::string where;
    std::string origin;  // as --print-config tells it: "pgsidecar.yaml:3", "default"
};

// What one source (file, environment or command line) says.
struct given_values {
    std::vector<given_value> values;
    std::vector<std::string> problems;
    std::vector<std::string> warnings;
};

// "a, b,c" as a list; nothing but blanks is an empty list.
std::vector<given_text> split_list(std::string_view text, const std::string& where);

}  // namespace pgsidecar::config
