#include "proxy/net/log_writer.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <string>
#include <thread>
#include <vector>

namespace pgsidecar::log {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto plenty = 60s;

/// An output that takes nothing until it is told to.
class blocked_output {
public:
    writer::output take() {
        return [this](std::string_view lines) {
            ++calls;
            while (!open) std::this_thread::yield();
            written.append(lines);
            return works;
        };
    }

    std::atomic<bool> open{false};
    std::atomic<int> calls{0};
    bool works = true;
    std::string written;  // to be looked at after a flush()
};

std::string notice(std::uint64_t lost) { return "lost " + std::to_string(lost) + "\n"; }

TEST(LogWriter, WritesInOrder) {
    std::string written;
    writer lines(
        [&](std::string_view some) {
            written.append(some);
            return true;
        },
        notice);
    for (const char* line : {"a\n", "b\n", "c\n"}) lines.put(line);
    EXPECT_TRUE(lines.flush(plenty));
    EXPECT_EQ(written, "a\nb\nc\n");
    EXPECT_EQ(lines.lost(), 0U);
}

TEST(LogWriter, AnOutputThatBlocksStopsNobody) {
    blocked_output out;
    writer lines(out.take(), notice);
    const std::string line = std::string(1023, 'x') + "\n";
    lines.put("first\n");
    while (out.calls == 0) std::this_thread::yield();
    for (std::size_t i = 0; i < writer::most_waiting / line.size(); ++i) lines.put(line);
    EXPECT_EQ(lines.lost(), 0U);
    for (int i = 0; i < 7; ++i) lines.put(line);
    EXPECT_EQ(lines.lost(), 7U);
    EXPECT_FALSE(lines.flush(1ms));

    out.open = true;
    EXPECT_TRUE(lines.flush(plenty));
    EXPECT_THAT(out.written, testing::StartsWith("first\nxx"));
    EXPECT_THAT(out.written, testing::EndsWith("x\nlost 7\n"));
    lines.put("back\n");
    EXPECT_TRUE(lines.flush(plenty));
    EXPECT_THAT(out.written, testing::EndsWith("lost 7\nback\n"));
    EXPECT_EQ(lines.lost(), 7U) << "it counts on";
}

TEST(LogWriter, AShortLineDoesNotPassTheLostOnes) {
    blocked_output out;
    writer lines(out.take(), notice);
    lines.put("first\n");
    while (out.calls == 0) std::this_thread::yield();
    lines.put(std::string(writer::most_waiting - 10, 'x') + "\n");
    lines.put("too long to fit\n");
    lines.put("short\n");
    out.open = true;
    EXPECT_TRUE(lines.flush(plenty));
    EXPECT_THAT(out.written, testing::EndsWith("x\nlost 2\n"));
}

TEST(LogWriter, WhatCannotBeWrittenIsCounted) {
    blocked_output out;
    out.open = true;
    out.works = false;
    writer lines(out.take(), notice);
    lines.put("a\n");
    EXPECT_TRUE(lines.flush(plenty));
    EXPECT_EQ(lines.lost(), 1U);
}

TEST(LogWriter, ThreadsShareIt) {
    std::string written;
    {
        writer lines(
            [&](std::string_view some) {
                written.append(some);
                return true;
            },
            notice);
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < 1000; ++n) lines.put("tick\n");
            });
        for (std::thread& each : threads) each.join();
    }
    EXPECT_EQ(written.size(), 4 * 1000 * 5U) << "what waits at the end is written";
}

/// A pipe, whose writing end does not block.
struct narrow_pipe {
    narrow_pipe() {
        EXPECT_EQ(::pipe2(ends, O_NONBLOCK), 0);
        ::fcntl(ends[1], F_SETPIPE_SZ, 4096);
        ::fcntl(ends[0], F_SETFL, 0);
    }
    ~narrow_pipe() {
        ::close(ends[0]);
        if (ends[1] >= 0) ::close(ends[1]);
    }
    std::string read_all() {
        std::string all;
        char some[4096];
        for (ssize_t n = 0; (n = ::read(ends[0], some, sizeof some)) > 0;)
            all.append(some, static_cast<std::size_t>(n));
        return all;
    }

    int ends[2] = {-1, -1};
};

TEST(WriteLines, WaitsWhereADescriptorDoesNot) {
    narrow_pipe pipe;
    const std::string line(999, 'x');
    std::string all;
    for (int i = 0; i < 100; ++i) all.append(line).append("\n");
    all.append(std::string(3 * PIPE_BUF, 'y')).append("\n");
    std::thread thread([&] {
        EXPECT_TRUE(write_lines(pipe.ends[1], all));
        ::close(std::exchange(pipe.ends[1], -1));
    });
    EXPECT_EQ(pipe.read_all(), all);
    thread.join();
}

TEST(WriteLines, SaysWhenItCannot) { EXPECT_FALSE(write_lines(-1, "a\n")); }

}  // namespace
}  // namespace pgsidecar::log
