#include "proxy/net/log_writer.hpp"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace pgsidecar::log {

namespace {

/// At a line's end, unless the first line is longer than that.
std::string_view first_piece(std::string_view lines) {
    if (lines.size() <= PIPE_BUF) return lines;
    std::size_t end = lines.rfind('\n', PIPE_BUF - 1);
    if (end == lines.npos) end = lines.find('\n');
    return lines.substr(0, end == lines.npos ? end : end + 1);
}

/// Whoever has given us the descriptor may have made it a non-blocking one.
bool wait_for_room(int descriptor) {
    pollfd room{.fd = descriptor, .events = POLLOUT, .revents = 0};
    return ::poll(&room, 1, -1) > 0 || errno == EINTR;
}

bool write_piece(int descriptor, std::string_view piece) {
    while (!piece.empty()) {
        const ssize_t written = ::write(descriptor, piece.data(), piece.size());
        if (written >= 0)
            piece.remove_prefix(static_cast<std::size_t>(written));
        else if (errno == EAGAIN ? !wait_for_room(descriptor) : errno != EINTR)
            return false;
    }
    return true;
}

}  // namespace

bool write_lines(int descriptor, std::string_view lines) {
    while (!lines.empty()) {
        const std::string_view piece = first_piece(lines);
        if (!write_piece(descriptor, piece)) return false;
        lines.remove_prefix(piece.size());
    }
    return true;
}

writer::writer(output out, make_notice notice)
    : out_(std::move(out)), notice_(std::move(notice)), thread_([this] { run(); }) {}

writer::~writer() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void writer::put(std::string_view line) {
    const std::lock_guard lock(mutex_);
    // Once a line is lost, so are those behind it until the thread takes what waits: the notice has one
    // place.
    if (waiting_.lost > 0 || waiting_.lines.size() + line.size() > most_waiting) {
        ++waiting_.lost;
        ++lost_;
        return;
    }
    const bool first = waiting_.empty();
    waiting_.lines.append(line);
    ++waiting_.count;
    if (first && !writes_) changed_.notify_all();
}

bool writer::flush(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return waiting_.empty() && !writes_; });
}

std::uint64_t writer::lost() const {
    const std::lock_guard lock(mutex_);
    return lost_;
}

void writer::run() {
    ::pthread_setname_np(::pthread_self(), "log");
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return !waiting_.empty() || ends_; });
        if (waiting_.empty()) return;
        const batch taken = std::exchange(waiting_, {});
        writes_ = true;
        lock.unlock();
        write(taken);
        lock.lock();
        writes_ = false;
        changed_.notify_all();
    }
}

void writer::write(const batch& taken) {
    if (!out_(taken.lines)) {
        const std::lock_guard lock(mutex_);
        lost_ += taken.count;
    }
    if (taken.lost > 0) out_(notice_(taken.lost));
}

}  // namespace pgsidecar::log
