#include "proxy/check/inspection.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace pgsidecar::check {

connection inspection::connect(const std::string& keyword, const std::string& value) const {
    parameters changed = to.for_libpq;
    changed[keyword] = value;
    return {changed, waits};
}

std::chrono::microseconds round_trip(connection& on) {
    std::array<std::chrono::microseconds, 9> times{};
    for (auto& each : times) {
        const auto begin = std::chrono::steady_clock::now();
        on.query("SELECT 1");
        each =
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
    }
    std::ranges::nth_element(times, times.begin() + times.size() / 2);
    return times[times.size() / 2];
}

std::string milliseconds(std::chrono::microseconds time) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f ms", static_cast<double>(time.count()) / 1000);
    return text.data();
}

}  // namespace pgsidecar::check
