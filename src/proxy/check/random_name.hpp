#pragma once

#include <random>
#include <string>

namespace pgsidecar::check {

/// "pgsidecar_check_" and 16 random letters: nothing of anybody else's is called so.
inline std::string random_name() {
    std::random_device random;
    std::uniform_int_distribution<int> letters('a', 'z');
    std::string name = "pgsidecar_check_";
    for (int i = 0; i < 16; ++i) name += static_cast<char>(letters(random));
    return name;
}

}  // namespace pgsidecar::check
