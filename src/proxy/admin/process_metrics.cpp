#include "proxy/admin/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include "proxy/admin/metric_families.hpp"

namespace pgsidecar::admin {
namespace {

namespace fs = std::filesystem;

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::optional<double> resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    double size = 0;
    double resident = 0;
    if (!(statm >> size >> resident)) return std::nullopt;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

std::optional<double> open_files() {
    std::error_code ec;
    const fs::directory_iterator all("/proc/self/fd", ec);
    if (ec) return std::nullopt;
    return static_cast<double>(std::distance(all, fs::directory_iterator()) - 1);  // but for that directory
}

double most_files() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<double>(limit.rlim_cur);
}

/// Field 22 of /proc/self/stat, in clock ticks after the boot; the name in field 2 may hold blanks.
std::optional<double> start_ticks() {
    std::ifstream stat("/proc/self/stat");
    std::string line;
    if (!std::getline(stat, line)) return std::nullopt;
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string skipped;
    for (int field = 3; field < 22; ++field) fields >> skipped;
    double ticks = 0;
    if (!(fields >> ticks)) return std::nullopt;
    return ticks;
}

std::optional<double> boot_time() {
    std::ifstream stat("/proc/stat");
    for (std::string name; stat >> name; stat.ignore(1 << 20, '\n'))
        if (double seconds = 0; name == "btime" && stat >> seconds) return seconds;
    return std::nullopt;
}

std::optional<double> start_time() {
    const auto ticks = start_ticks();
    const auto boot = boot_time();
    if (!ticks || !boot) return std::nullopt;
    return *boot + *ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

std::vector<MetricFamily> process_metrics() {
    std::vector<MetricFamily> all{
        counter("process_cpu_seconds_total", "User and system CPU time.", alone(cpu_seconds()))};
    const auto add = [&](const char* name, const char* help, std::optional<double> value) {
        if (value) all.push_back(gauge(name, help, alone(*value)));
    };
    add("process_resident_memory_bytes", "Resident memory.", resident_bytes());
    add("process_open_fds", "Open file descriptors.", open_files());
    add("process_max_fds", "File descriptors that may be open.", most_files());
    add("process_start_time_seconds", "When the process started, in seconds since 1970.", start_time());
    return all;
}

}  // namespace pgsidecar::admin
