#include "proxy/auth/sasl_prep.hpp"

#include <stringprep.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

namespace pgsidecar::auth {

namespace {

bool is_ascii(byte_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Takes over what libidn has allocated.
secret_string take(char* text) {
    const std::size_t size = std::strlen(text);
    secret_string out{byte_view(text, size)};
    wipe(text, size);
    std::free(text);
    return out;
}

}  // namespace

secret_string prepared_password(byte_view password) {
    secret_string given(password);
    if (is_ascii(password)) return given;  // nothing changes, and control characters are not refused
    std::string terminated(password);
    char* text = nullptr;
    const int code = stringprep_profile(terminated.c_str(), &text, "SASLprep", STRINGPREP_NO_UNASSIGNED);
    wipe(terminated);
    if (code != STRINGPREP_OK) return given;
    secret_string prepared = take(text);
    return prepared.empty() ? given : prepared;
}

}  // namespace pgsidecar::auth
