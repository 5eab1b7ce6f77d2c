#include "proxy/config/print.hpp"

#include "proxy/config/quote.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace pgsidecar::config {
namespace {

constexpr std::size_t comment_width = 100;

std::string one_line(std::string text) {
    std::ranges::replace_if(
        text, [](unsigned char c) { return std::iscntrl(c); }, '?');
    return text;
}

std::string comment(const std::string& text, const std::string& indent) {
    std::istringstream words(text);
    std::string lines;
    std::string line = indent + "#";
    for (std::string word; words >> word;) {
        if (line.size() + 1 + word.size() > comment_width) {
            lines += line + "\n";
            line = indent + "#";
        }
        line += " " + word;
    }
    return lines + line + "\n";
}

std::vector<std::string> shown(const key& entry, const settings& from) {
    std::vector<std::string> texts = entry.print(from);
    if (entry.is_secret)
        for (std::string& text : texts)
            if (!text.empty()) text = "(not shown)";
    return texts;
}

std::string key_line(const key& entry, const settings& from, const std::string& indent,
                     const std::string& remark) {
    const auto texts = shown(entry, from);
    auto line = indent + std::string(entry.name()) + ":";
    if (!entry.is_list) return line + " " + yaml_scalar(texts.at(0)) + remark + "\n";
    if (texts.empty()) return line + " []" + remark + "\n";
    line += remark + "\n";
    for (const auto& text : texts) line += indent + "  - " + yaml_scalar(text) + "\n";
    return line;
}

// Writes the keys in the order of the table, section by section, with `gap` in front of each.
template <class Above, class Remark>
std::string yaml(const settings& from, const char* gap, Above above, Remark remark) {
    std::string text;
    std::string section;
    for (const auto& entry : keys()) {
        const std::string indent = entry.section().empty() ? "" : "  ";
        text += gap;
        if (entry.section() != section) {
            section = entry.section();
            if (!section.empty()) text += section + ":\n";
        }
        text += above(entry, indent) + key_line(entry, from, indent, remark(entry));
    }
    return text;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts)
        if (!text.empty()) all += (all.empty() ? "`" : ", `") + text + "`";
    return all.empty() ? "none" : all;
}

}  // namespace

std::string print_config(const loaded_settings& loaded) {
    return yaml(
        loaded.values, "", [](const key&, const std::string&) { return std::string(); },
        [&](const key& entry) {
            const auto origin = loaded.origins.find(entry.path);
            return "  # " + (origin == loaded.origins.end() ? "default" : one_line(origin->second));
        });
}

std::string print_reference() {
    constexpr const char* head =
        "# Every key of pgsidecar with its default. A file needs only the keys that it changes.\n"
        "# Times are seconds or take a unit (500ms, 5s, 2m, 1h), sizes are bytes or take one (64KiB, "
        "16MiB).\n";
    const auto describe = [](const key& entry, const std::string& indent) {
        return comment(entry.meaning, indent) + comment("Accepted: " + entry.accepts, indent) +
               comment("Environment: " + entry.variable(), indent);
    };
    return head + yaml(settings{}, "\n", describe, [](const key&) { return std::string(); });
}

std::string print_documentation() {
    std::string text;
    for (const auto& entry : keys())
        text += "### `" + entry.path + "`\n\n" + entry.meaning +
                "\n\n- Default: " + joined(entry.print(settings{})) + "\n- Accepted: " + entry.accepts +
                "\n- Environment: `" + entry.variable() + "`\n\n";
    return text;
}

}  // namespace pgsidecar::config
