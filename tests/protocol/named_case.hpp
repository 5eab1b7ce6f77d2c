#pragma once

#include <string>
#include <string_view>

namespace pgsidecar {

/// Bytes of a literal, NULs included.
template <std::size_t N>
std::string raw(const char (&literal)[N]) {
    return std::string(literal, N - 1);
}

/// GoogleTest's name of a parameterised case.
inline constexpr auto case_name = [](const auto& info) { return std::string(info.param.name); };

}  // namespace pgsidecar
