#include "proxy/net/secret_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace pgsidecar::net {

namespace {

constexpr std::size_t size_limit = std::size_t{1} << 20;

[[noreturn]] void refuse(const std::string& key, const std::string& path, const std::string& why) {
    throw std::runtime_error(key + ": " + path + " cannot be used: " + why);
}

}  // namespace

auth::secret_string read_secret_file(const std::string& key, const std::string& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
    if (!file) refuse(key, path, std::strerror(errno));
    std::setvbuf(file.get(), nullptr, _IONBF, 0);  // no copy that nobody wipes
    std::string text(size_limit + 1, '\0');
    const std::size_t size = std::fread(text.data(), 1, text.size(), file.get());
    const int error = std::ferror(file.get()) != 0 ? errno : 0;
    auth::secret_string read(byte_view(text).substr(0, size));
    auth::wipe(text.data(), size);
    if (error != 0) refuse(key, path, std::strerror(error));
    if (size > size_limit) refuse(key, path, "it has more than a megabyte");
    return read;
}

auth::secret_string read_secret_line(const std::string& key, const std::string& path) {
    const auth::secret_string file = read_secret_file(key, path);
    byte_view text = file.reveal();
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.empty()) refuse(key, path, "it is empty");
    if (text.find('\0') != byte_view::npos) refuse(key, path, "it has a NUL byte in it");
    return auth::secret_string(text);
}

}  // namespace pgsidecar::net
