#pragma once

#include <memory>
#include <ostream>
#include <string>

namespace pgsidecar::check {

enum class status { ok, warn, fail, skipped };

/// One line of the verdict.
struct finding {
    std::string name;  ///< of a closed set: "pool mode"
    status is = status::ok;
    std::string detail;
    std::string hint = {};  ///< what to do about it
};

/// Where findings go, in the order in which they are made.
class report {
public:
    virtual ~report() = default;

    virtual void begin(const std::string& target) = 0;
    /// What the findings that follow are about.
    virtual void section(const std::string& id, const std::string& title) = 0;
    virtual void add(const finding& found) = 0;
    /// `sentence`: the whole in a few words.
    virtual void end(bool right, const std::string& sentence) = 0;
};

/// Lines as they come; colours on request.
std::unique_ptr<report> text_report(std::ostream& out, bool colours);
/// One JSON object at the end.
std::unique_ptr<report> json_report(std::ostream& out);

}  // namespace pgsidecar::check
