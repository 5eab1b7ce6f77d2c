#include "proxy/net/reloader.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <exception>

#include "proxy/config/key.hpp"
#include "proxy/net/log.hpp"

namespace pgsidecar::net {

namespace {

constexpr std::chrono::milliseconds between_looks{3000};

/// Sockets, threads and the form of the log are there already.
constexpr std::array need_restart = {"listen", "workers", "admin.listen", "admin.metrics_listen",
                                     "log.format"};

void keep_what_needs_a_restart(config::settings& next, const config::settings& now) {
    for (const char* path : need_restart) {
        const config::key& entry = *config::find_key(path);
        if (entry.print(next) == entry.print(now)) continue;
        log::event(log::level::warn, log::no_session, "a changed key needs a restart", {{"key", path}});
        entry.assign(next, entry.print(now));
    }
}

/// Changes whenever one of the files is written, or another one takes its place.
std::string looks_of(const std::vector<std::string>& files) {
    std::string looks;
    for (const std::string& file : files) {
        struct stat status {};
        if (::stat(file.c_str(), &status) == 0)
            for (const auto each :
                 {std::int64_t(status.st_ino), std::int64_t(status.st_size),
                  std::int64_t(status.st_mtim.tv_sec), std::int64_t(status.st_mtim.tv_nsec)})
                looks += std::to_string(each) + ' ';
        looks += '\n';
    }
    return looks;
}

}  // namespace

reloader::reloader(const executor& where, service& shared, config::loaded_settings loaded, load_settings load)
    : service_(shared),
      loaded_(std::move(loaded)),
      load_(std::move(load)),
      pause_(where),
      seen_(looks_of(files_of(loaded_.values))) {}

std::vector<std::string> reloader::reload() {
    config::loaded_settings loaded = load_();
    for (const std::string& warning : loaded.warnings)
        log::event(log::level::warn, log::no_session, "configuration", {{"warning", warning}});
    std::vector<std::string> problems = std::move(loaded.problems);
    if (problems.empty()) {
        keep_what_needs_a_restart(loaded.values, loaded_.values);
        problems = put_in_place(std::move(loaded));
    }
    if (problems.empty()) log::set_level(loaded_.values.log.level);
    tell(problems);
    return problems;
}

std::vector<std::string> reloader::put_in_place(config::loaded_settings next) try {
    std::string looks = looks_of(files_of(next.values));  // what is written while they are read is seen then
    service_.replace(std::make_shared<const snapshot>(next.values));
    loaded_ = std::move(next);
    seen_ = std::move(looks);
    return {};
} catch (const std::exception& failure) { return {failure.what()}; }

void reloader::tell(const std::vector<std::string>& problems) {
    ++(problems.empty() ? successes_ : failures_);
    if (problems.empty()) log::event(log::level::info, log::no_session, "configuration read again");
    for (const std::string& problem : problems)
        log::event(log::level::error, log::no_session, "the configuration stays as it was",
                   {{"error", problem}});
}

void reloader::start_watching() {
    pause_.expires_after(between_looks);
    pause_.async_wait([this](error_code cancelled) {
        if (cancelled) return;
        look();
        start_watching();
    });
}

void reloader::look() {
    std::string looks = looks_of(files_of(loaded_.values));
    if (looks == seen_) return;
    seen_ = std::move(looks);
    tell(put_in_place(loaded_));
}

}  // namespace pgsidecar::net
