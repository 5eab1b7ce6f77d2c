#include "proxy/check/patience.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace pgsidecar::check {

namespace {

sigset_t ending_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGINT);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGHUP);
    return set;
}

/// Milliseconds as poll() takes them, rounded up.
int time_left(deadline until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 1 << 30));
}

}  // namespace

patience::patience(std::chrono::milliseconds step) : step_(step) {
    const sigset_t set = ending_signals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signals_ = ::signalfd(-1, &set, SFD_CLOEXEC);
    if (signals_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
}

patience::~patience() {
    ::close(signals_);
    const sigset_t set = ending_signals();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

bool patience::await(int socket, short events, deadline until) const {
    std::array<pollfd, 2> waits{{{socket, events, 0}, {signals_, POLLIN, 0}}};
    int ready = -1;
    do ready = ::poll(waits.data(), waits.size(), time_left(until));
    while (ready < 0 && errno == EINTR);
    if (waits[1].revents != 0) {
        signalfd_siginfo info{};
        if (::read(signals_, &info, sizeof info) == sizeof info)
            throw interrupted{static_cast<int>(info.ssi_signo)};
    }
    return waits[0].revents != 0;
}

}  // namespace pgsidecar::check
