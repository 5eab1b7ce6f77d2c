#include "protocol/names.hpp"

namespace pgsidecar {

std::string lower_case(byte_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

}  // namespace pgsidecar
