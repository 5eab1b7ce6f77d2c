#include <nlohmann/json.hpp>

#include "proxy/check/report.hpp"

namespace pgsidecar::check {

namespace {

using json = nlohmann::ordered_json;

const char* word(status of) {
    switch (of) {
        case status::ok: return "ok";
        case status::warn: return "warn";
        case status::fail: return "fail";
        case status::skipped: return "skipped";
    }
    return "";
}

class object final : public report {
public:
    explicit object(std::ostream& out) : out_(out) {}

    void begin(const std::string& target) override {
        whole_ = {{"target", target}, {"checks", json::array()}};
    }
    void section(const std::string& id, const std::string&) override { section_ = id; }

    void add(const finding& found) override {
        json check = {{"section", section_},
                      {"name", found.name},
                      {"status", word(found.is)},
                      {"detail", found.detail}};
        if (!found.hint.empty()) check["hint"] = found.hint;
        whole_["checks"].push_back(std::move(check));
    }

    /// Servers may say what is not UTF-8.
    void end(bool right, const std::string& sentence) override {
        whole_["ok"] = right;
        whole_["verdict"] = sentence;
        out_ << whole_.dump(2, ' ', false, json::error_handler_t::replace) << std::endl;
    }

private:
    std::ostream& out_;
    json whole_;
    std::string section_;
};

}  // namespace

std::unique_ptr<report> json_report(std::ostream& out) { return std::make_unique<object>(out); }

}  // namespace pgsidecar::check
