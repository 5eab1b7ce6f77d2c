#include <array>
#include <utility>

#include "proxy/check/report.hpp"

namespace pgsidecar::check {

namespace {

struct look {
    const char* word;
    const char* colour;  // SGR (ECMA-48)
};

look look_of(status of) {
    switch (of) {
        case status::ok: return {"ok", "32"};
        case status::warn: return {"warn", "33"};
        case status::fail: return {"FAIL", "1;31"};
        case status::skipped: return {"skipped", "2"};
    }
    return {};
}

constexpr std::size_t status_width = 9;
constexpr std::size_t name_width = 24;

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size() + 1), ' ');
    return text;
}

class text final : public report {
public:
    text(std::ostream& out, bool colours) : out_(out), colours_(colours) {}

    void begin(const std::string& target) override { out_ << "pgsidecar check of " << target << std::endl; }

    void section(const std::string&, const std::string& title) override {
        out_ << '\n' << coloured(title, "1") << std::endl;
    }

    void add(const finding& found) override {
        const look shown = look_of(found.is);
        out_ << "  " << coloured(padded(shown.word, status_width), shown.colour)
             << padded(found.name, name_width) << found.detail << '\n';
        if (!found.hint.empty())
            out_ << std::string(2 + status_width, ' ') << padded("", name_width) << "→ " << found.hint
                 << '\n';
        out_.flush();
    }

    void end(bool right, const std::string& sentence) override {
        out_ << '\n' << coloured(sentence, look_of(right ? status::ok : status::fail).colour) << std::endl;
    }

private:
    std::string coloured(const std::string& what, const char* colour) const {
        return colours_ ? "\033[" + std::string(colour) + "m" + what + "\033[0m" : what;
    }

    std::ostream& out_;
    const bool colours_;
};

}  // namespace

std::unique_ptr<report> text_report(std::ostream& out, bool colours) {
    return std::make_unique<text>(out, colours);
}

}  // namespace pgsidecar::check
