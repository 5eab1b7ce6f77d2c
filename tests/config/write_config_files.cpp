// Usage: write_config_files SOURCE_DIRECTORY

#include "generated_files.hpp"
#include "proxy/config/print.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) try {
    using namespace pgsidecar;
    if (argc != 2) throw std::runtime_error("usage: write_config_files SOURCE_DIRECTORY");
    const std::filesystem::path source = argv[1];
    const auto documentation = test::read_text(source / test::documentation_file);
    const auto begin = test::generated_begin(documentation);
    std::ofstream(source / test::reference_file) << config::print_reference();
    std::ofstream(source / test::documentation_file)
        << documentation.substr(0, begin) << config::print_documentation();
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
