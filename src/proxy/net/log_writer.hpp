#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace pgsidecar::log {

/// Writes lines on a thread of its own, so that an output that takes none stops nobody but that thread. What
/// comes while too much waits is lost; how much that was is told by a line in the place of what is missing.
class writer {
public:
    /// Takes whole lines, and may block for as long as it likes. False: they could not be written.
    using output = std::function<bool(std::string_view lines)>;
    /// The line that says how many are missing.
    using make_notice = std::function<std::string(std::uint64_t lost)>;

    /// Bytes that wait at most: a burst of some thousand lines.
    static constexpr std::size_t most_waiting = std::size_t{1} << 20;

    writer(output out, make_notice notice);
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;
    /// Waits for the output, however long it blocks: flush() first.
    ~writer();

    /// With its line end; from any thread.
    void put(std::string_view line);

    /// Until all that has been put is written, or the time is over: then it is false.
    bool flush(std::chrono::milliseconds limit);

    std::uint64_t lost() const;

private:
    struct batch {
        std::string lines;
        std::size_t count = 0;
        std::uint64_t lost = 0;  ///< behind them

        bool empty() const { return count == 0 && lost == 0; }
    };

    void run();
    void write(const batch& taken);

    const output out_;
    const make_notice notice_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    batch waiting_;
    std::uint64_t lost_ = 0;
    bool writes_ = false;
    bool ends_ = false;
    std::thread thread_;
};

/// To a descriptor, in pieces that a pipe takes whole (PIPE_BUF): lines of several programs do not mix.
bool write_lines(int descriptor, std::string_view lines);

}  // namespace pgsidecar::log
