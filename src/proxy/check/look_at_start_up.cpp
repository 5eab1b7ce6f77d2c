#include <algorithm>
#include <array>

#include "proxy/check/inspection.hpp"
#include "proxy/check/own_sidecar.hpp"
#include "proxy/check/start_up.hpp"

namespace pgsidecar::check {

namespace {

/// What drivers and applications send, with PostgreSQL's own defaults: a server that takes them is not
/// changed.
constexpr std::array<startup_parameter, 11> asked_for = {{{"application_name", "pgsidecar check"},
                                                          {"DateStyle", "ISO, MDY"},
                                                          {"TimeZone", "UTC"},
                                                          {"extra_float_digits", "1"},
                                                          {"search_path", "\"$user\", public"},
                                                          {"statement_timeout", "0"},
                                                          {"lock_timeout", "0"},
                                                          {"idle_in_transaction_session_timeout", "0"},
                                                          {"IntervalStyle", "postgres"},
                                                          {"jit", "on"},
                                                          {"options", "-c geqo=on"}}};

/// Encryption and addresses are the sidecar's affair; it passes parameters on as they are.
config::settings forwarding(config::settings settings) {
    settings.startup_parameters.unsupported = config::unsupported_parameters::forward;
    settings.auth.mode = config::auth_mode::pass_through;
    return settings;
}

class questions {
public:
    explicit questions(const inspection& at) : at_(at), sidecar_(forwarding(at.to.for_sidecar)) {}

    start_up_answer ask() const { return start_up(sidecar_.port(), who(), at_.waits); }
    start_up_answer ask(const startup_parameter& also) const {
        startup_parameters all = who();
        all.push_back(also);
        return start_up(sidecar_.port(), all, at_.waits);
    }

private:
    startup_parameters who() const { return {{"user", at_.known.user}, {"database", at_.known.database}}; }

    const inspection& at_;
    own_sidecar sidecar_;
};

void tell_authentication(inspection& at, const std::string& method) {
    if (method != "none")
        return at.out.add({"authentication", status::ok, method + ", passed through by pgsidecar"});
    at.out.add({"authentication", at.to.local ? status::ok : status::warn, "none: no password is asked for",
                at.to.local ? "" : "Whoever reaches the address is let in."});
}

std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
    return all;
}

}  // namespace

void look_at_start_up(inspection& at) {
    if (at.known.is_sidecar)
        return at.out.add({"start-up parameters", status::skipped, "a pgsidecar takes all of them"});
    const questions to(at);
    const std::string method = to.ask().authentication;
    tell_authentication(at, method);
    std::vector<std::string> refused;
    for (const startup_parameter& each : asked_for)
        if (!to.ask(each).refusal.empty()) refused.emplace_back(each.name);
    if (refused.empty())
        return at.out.add(
            {"start-up parameters", status::ok,
             method == "none" ? "none refused" : "none refused before the password is asked for"});
    at.out.add({"start-up parameters", status::ok, "refused: " + joined(refused),
                "pgsidecar leaves out the harmless ones of these, with a warning, and refuses clients that "
                "send others; "
                "ALTER ROLE … SET gives a role its own values."});
}

}  // namespace pgsidecar::check
