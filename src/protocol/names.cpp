#include "protocol/names.hpp"

namespace pgsidecar {

std::string lower_case(byte_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string unquoted(byte_view written) {
    std::string name;
    for (std::size_t i = 1; i + 1 < written.size(); ++i) {
        name += written[i];
        if (written[i] == '"') ++i;
    }
    return name;
}

}  // namespace pgsidecar
