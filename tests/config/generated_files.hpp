#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

// The files of the repository that follow the table of keys.
namespace pgsidecar::test {

inline constexpr const char* reference_file = "config/pgsidecar.reference.yaml";
inline constexpr const char* documentation_file = "docs/configuration.md";
inline constexpr const char* generated_below =
    "<!-- From the table of keys; everything below is generated. -->\n\n";

inline std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    return {std::istreambuf_iterator<char>(file), {}};
}

// Where the generated part of the documentation starts.
inline std::size_t generated_begin(const std::string& documentation) {
    const auto found = documentation.find(generated_below);
    if (found == documentation.npos) throw std::runtime_error("the documentation has no generated part");
    return found + std::string(generated_below).size();
}

}  // namespace pgsidecar::test
