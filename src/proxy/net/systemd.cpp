#include "proxy/net/systemd.hpp"

#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include <cinttypes>
#include <cstdint>

namespace pgsidecar::net::systemd {

void notify_ready() { ::sd_notify(0, "READY=1"); }

void notify_reloading() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = std::uint64_t(now.tv_sec) * 1'000'000 + std::uint64_t(now.tv_nsec) / 1'000;
    ::sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, microseconds);
}

void notify_stopping() { ::sd_notify(0, "STOPPING=1"); }

std::vector<int> listening_sockets() {
    std::vector<int> sockets;
    const int count = ::sd_listen_fds(1);
    for (int i = 0; i < count; ++i)
        if (::sd_is_socket(SD_LISTEN_FDS_START + i, AF_UNSPEC, SOCK_STREAM, 1) > 0)
            sockets.push_back(SD_LISTEN_FDS_START + i);
    return sockets;
}

}  // namespace pgsidecar::net::systemd
