"""pgsidecar as these tests start it: with any addresses on either side, and looked at from outside."""
from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Callable

import pytest

from tests.integration.relay.raw_client import SSL_REQUEST, RawClient
from tests.integration.support.stack import Sidecar, sidecar_binary

PATIENCE = 30.0  # seconds that anything may take before a test fails


class Proxy(Sidecar):
    """Listens on 127.0.0.1:`port` and on `listen` besides; `upstream` is an address as the program takes it, or several.
    `prefix` is a command that runs another one."""

    def __init__(self, upstream: str | list[str], listen: list[str] = [], prefix: list[str] = [], **config: str):
        super().__init__(0, config={f"PGSIDECAR_{name.upper()}": value for name, value in config.items()})
        self._upstream = [upstream] if isinstance(upstream, str) else upstream
        self._listen = listen
        self._prefix = prefix

    def _command(self) -> list[str]:
        addresses = [("--listen", at) for at in (f"127.0.0.1:{self.port}", *self._listen)]
        addresses += [("--upstream", at) for at in self._upstream]
        return [*self._prefix, sidecar_binary(), *(word for pair in addresses for word in pair)]

    def status(self, name: str) -> int:
        """A number of /proc/PID/status: VmRSS and VmHWM in kB, Threads."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
        raise KeyError(name)

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def idle_descriptors(self) -> int:
        """While nobody is connected. Measured under a client: a worker's event loop opens its own when it begins."""
        with RawClient(self.port) as client:
            client.send(SSL_REQUEST)
            assert client.read(1) == b"N"
            return self.descriptors() - 1

    def signal(self, number: int = signal.SIGTERM) -> None:
        os.kill(self.pid, number)

    def wait(self) -> int:
        """The exit status, once it has ended by itself."""
        process, self._process = self._process, None
        try:
            return process.wait(PATIENCE)
        except BaseException:
            process.kill()
            raise

    def _log_is_written(self) -> bool:
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            if (task / "comm").read_text().strip() == "log":
                return (task / "stat").read_text().rpartition(")")[2].split()[0] == "S"
        return True

    def logged(self) -> str:
        """By now: the thread that writes it has nothing left to do."""
        if self._process and self._process.poll() is None:
            eventually(self._log_is_written, "the log is written")
        return self.log.read_text(errors="replace")


def eventually(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"waited in vain: {what}")
        time.sleep(0.02)
