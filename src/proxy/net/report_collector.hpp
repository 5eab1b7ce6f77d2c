#pragma once

#include <memory>
#include <vector>

#include "proxy/net/report.hpp"
#include "proxy/net/worker.hpp"

namespace pgsidecar::net {

/// Asks every worker for its report and adds them up. Lives on one thread, the workers on theirs.
class report_collector {
public:
    explicit report_collector(const executor& where) : where_(where) {}

    /// Waits a second at most; of a worker that has not answered by then the last known counts stand, so that
    /// no counter goes backwards, and it is named as silent unless it has ended. May be called again before
    /// it has answered.
    awaitable<report> collect(const std::vector<std::unique_ptr<worker>>& workers, report_parts parts);

private:
    struct round;

    executor where_;
    std::vector<summary> last_;  // of each worker
};

}  // namespace pgsidecar::net
