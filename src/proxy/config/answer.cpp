#include "proxy/config/answer.hpp"

#include "proxy/config/print.hpp"

#include <ostream>

namespace pgsidecar::config {
namespace {

constexpr int bad_configuration = 2;

void tell(std::ostream& err, const char* kind, const std::vector<std::string>& lines) {
    for (const auto& line : lines) err << "pgsidecar: " << kind << ": " << line << '\n';
}

int say(std::ostream& out, const std::string& text) {
    out << text << std::flush;
    return out ? 0 : 1;
}

}  // namespace

std::optional<int> answer(const command_line& arguments, const loaded_settings& loaded, std::ostream& out,
                          std::ostream& err) {
    using request = command_line::request;
    if (arguments.asked == request::help) return say(out, arguments.help);
    if (arguments.asked == request::version) return say(out, "pgsidecar " PGSIDECAR_VERSION "\n");
    if (!loaded.problems.empty()) {
        tell(err, "error", loaded.problems);
        return bad_configuration;
    }
    if (arguments.asked == request::run) return std::nullopt;
    tell(err, "warning", loaded.warnings);
    return say(out, arguments.asked == request::print_config ? print_config(loaded) : "ok\n");
}

}  // namespace pgsidecar::config
