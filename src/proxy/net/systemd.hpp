#pragma once

#include <vector>

/// What systemd is told and gives (sd_notify(3), sd_listen_fds(3)); nothing happens without it.
namespace pgsidecar::net::systemd {

void notify_ready();
/// notify_ready() follows.
void notify_reloading();
void notify_stopping();

/// Listening sockets of a .socket unit, in its order.
std::vector<int> listening_sockets();

}  // namespace pgsidecar::net::systemd
