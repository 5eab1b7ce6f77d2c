#include "proxy/check/check.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "proxy/check/hint.hpp"
#include "proxy/check/options.hpp"
#include "proxy/check/own_sidecar.hpp"
#include "proxy/check/scratch_schema.hpp"
#include "proxy/check/trial.hpp"

namespace pgsidecar::check {

namespace {

constexpr int right = 0, something_failed = 1, not_connected = 2;

/// Counts what fails on its way to the report.
class verdict final : public report {
public:
    explicit verdict(std::unique_ptr<report> to) : to_(std::move(to)) {}

    void begin(const std::string& target) override { to_->begin(target); }
    void section(const std::string& id, const std::string& title) override { to_->section(id, title); }
    void add(const finding& found) override {
        failures_ += found.is == status::fail;
        to_->add(found);
    }
    void end(bool is_right, const std::string& sentence) override { to_->end(is_right, sentence); }

    int failures() const { return failures_; }

private:
    std::unique_ptr<report> to_;
    int failures_ = 0;
};

std::unique_ptr<report> report_for(const options& asked) {
    if (asked.json) return json_report(std::cout);
    const bool colours = ::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    return text_report(std::cout, colours);
}

finding failure(const std::string& name, const std::exception& error, const std::string& sqlstate = {}) {
    const std::string message = one_line(error.what());
    return {name, status::fail, message + (sqlstate.empty() ? "" : " (" + sqlstate + ")"), hint_for(message)};
}

struct trial {
    const char* name;
    outcome (*run)(const trial_ground&);
    bool writes = false;
};

constexpr std::array trials = {
    trial{"connection", connects},
    trial{"prepared statements", keeps_statements},
    trial{"pipelines", keeps_statements_in_pipelines},
    trial{"errors and recovery", recovers_from_errors},
    trial{"migration", migrates, true},
    trial{"CRUD", creates_reads_updates_deletes, true},
    trial{"changed columns", tells_changed_columns, true},
};

/// 08P01 is a Bind to a statement of another client's.
bool is_of_statements(const server_error& error) {
    return error.sqlstate == "26000" || error.sqlstate == "42P05" || error.sqlstate == "08P01";
}

class trial_run {
public:
    trial_run(const inspection& at, trial_ground ground) : at_(at), ground_(std::move(ground)) {}

    void run() {
        for (const trial& each : trials) run(each);
        if (lost_ == 0)
            at_.out.add(
                {"no statement lost", status::ok, "neither 42P05 nor 26000 where PostgreSQL says none"});
        else
            at_.out.add({"no statement lost", status::fail,
                         "trials that met a lost, taken or foreign statement: " + std::to_string(lost_)});
    }

private:
    void run(const trial& each) try {
        if (each.writes && !ground_.may_write) return at_.out.add({each.name, status::skipped, "writes"});
        const outcome done = each.run(ground_);
        at_.out.add({each.name, done.doubt.empty() ? status::ok : status::warn, done.detail, done.doubt});
    } catch (const server_error& error) {
        lost_ += is_of_statements(error);
        at_.out.add(failure(each.name, error, error.sqlstate));
    } catch (const std::runtime_error& error) { at_.out.add(failure(each.name, error)); }

    const inspection& at_;
    const trial_ground ground_;
    int lost_ = 0;
};

struct question {
    const char* name;
    void (*ask)(inspection&);
};

constexpr std::array questions = {
    question{"TLS", look_at_tls},
    question{"pooler", look_at_pooler},
    question{"pool mode", look_at_pool_mode},
    question{"start-up", look_at_start_up},
    question{"bare statements", look_at_bare_statements},
};

void look(inspection& at) {
    for (const question& each : questions) try {
            each.ask(at);
        } catch (const std::runtime_error& error) { at.out.add(failure(each.name, error)); }
}

void try_out(const inspection& at, const options& asked, const scratch_schema& scratch) {
    std::optional<own_sidecar> sidecar;
    if (!asked.as_is && !at.known.is_sidecar) sidecar.emplace(at.to.for_sidecar);
    at.out.section("trials", sidecar               ? "Through pgsidecar"
                             : at.known.is_sidecar ? "Through the pgsidecar at the address"
                                                   : "Without pgsidecar");
    const parameters to = sidecar ? through(at.to.for_libpq, sidecar->port()) : at.to.for_libpq;
    trial_run(at, {to, at.waits, at.known, scratch.name(), scratch.wanted(), sidecar.has_value()}).run();
}

void clean_up(report& out, scratch_schema& scratch) {
    if (!scratch.wanted()) return;
    finding done{"clean-up", status::ok, "schema " + scratch.name() + " removed"};
    try {
        scratch.remove();
    } catch (const interrupted& by) {
        done = {"clean-up", status::fail, "ended by signal " + std::to_string(by.signal)};
    } catch (const std::runtime_error& error) { done = failure("clean-up", error); }
    if (done.is == status::fail) done.hint = "DROP SCHEMA IF EXISTS " + scratch.name() + " CASCADE";
    out.add(done);
}

/// Returns the signal that has ended it early.
std::optional<int> examine(inspection& at, const options& asked) {
    std::optional<int> signal;
    scratch_schema scratch(at);
    try {
        look(at);
        if (asked.may_write && at.known.may_create) scratch.create();
        try_out(at, asked, scratch);
    } catch (const interrupted& by) {
        signal = by.signal;
        at.out.add({"interrupted", status::fail, "by signal " + std::to_string(by.signal)});
    } catch (const std::runtime_error& error) { at.out.add(failure("trials", error)); }
    clean_up(at.out, scratch);
    return signal;
}

int inspect(const target& to, const options& asked, verdict& out) {
    const patience waits(asked.timeout);
    out.begin(to.shown);
    out.section("address", "The address itself");
    inspection at{to, waits, out};
    try {
        look_at_server(at);
    } catch (const std::runtime_error& error) {
        out.add(failure("connection", error));
        out.end(false, "No connection.");
        return not_connected;
    }
    const auto signal = examine(at, asked);
    const int failures = out.failures();
    out.end(failures == 0, failures == 0 ? "All right: an application can keep its prepared statements here."
                                         : std::to_string(failures) + " failed.");
    if (signal) return 128 + *signal;
    return failures == 0 ? right : something_failed;
}

}  // namespace

int run(int argc, const char* const* argv) {
    const parsed_options parsed = parse_options(argc, argv);
    if (parsed.stop) {
        (parsed.stop->exit_status == right ? std::cout : std::cerr) << parsed.stop->text;
        return parsed.stop->exit_status;
    }
    std::signal(SIGPIPE, SIG_IGN);  // whoever reads us may go before everything is removed
    try {
        verdict out(report_for(parsed.values));
        return inspect(read_target(parsed.values.url), parsed.values, out);
    } catch (const interrupted& by) { return 128 + by.signal; } catch (const std::exception& problem) {
        std::cerr << "pgsidecar check: " << problem.what() << '\n';
        return not_connected;
    }
}

}  // namespace pgsidecar::check
