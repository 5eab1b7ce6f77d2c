#include "proxy/auth/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace pgsidecar::auth {

namespace {

const unsigned char* octets(byte_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::size_t padding(byte_view text) {
    const std::size_t last = text.find_last_not_of('=');
    return std::min<std::size_t>(2, last == byte_view::npos ? 0 : text.size() - 1 - last);
}

}  // namespace

std::string base64(byte_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4, '\0');
    EVP_EncodeBlock(octets(out), octets(bytes), static_cast<int>(bytes.size()));  // and a NUL
    return out;
}

std::optional<std::string> read_base64(byte_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string out(text.size() / 4 * 3, '\0');
    if (EVP_DecodeBlock(octets(out), octets(text), static_cast<int>(text.size())) < 0) return std::nullopt;
    out.resize(out.size() - padding(text));
    if (base64(out) != text)
        return std::nullopt;  // it passes over white space, and takes bits in the padding
    return out;
}

}  // namespace pgsidecar::auth
