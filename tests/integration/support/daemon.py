"""One server process of a test: its directory, port, log, start and stop."""
from __future__ import annotations

import atexit
import collections
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Callable

START_LIMIT = 60.0  # seconds; generous, for sanitizer builds on busy machines
STOP_LIMIT = 20.0
FIRST_PORT = 10240  # below it are the ports of well-known servers
RESERVED = 64  # ports: the servers of older ones listen by then


class StackError(RuntimeError):
    """A server did not start, or died."""


class Daemon:
    """Owns a child process that listens on 127.0.0.1:`port` and writes to `log`."""

    stop_signal = signal.SIGTERM

    def __init__(self, name: str, directory: Path | None, port: int | None, unprivileged: bool):
        self.name = name
        self.port = port or free_port()
        self.account = service_account() if unprivileged else None
        self.directory = Path(directory or tempfile.mkdtemp(prefix=f"pgsidecar-{name}-"))
        self._temporary = directory is None
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.account:
            shutil.chown(self.directory, self.account, pwd.getpwnam(self.account).pw_gid)
        self.log = self.directory / f"{name}.log"
        self._process: subprocess.Popen | None = None
        _daemons.append(self)

    @property
    def pid(self) -> int:
        if self._process is None:
            raise StackError(f"{self.name} is not running")
        return self._process.pid

    def check(self) -> None:
        """Raises when the process is not running."""
        if self._process is None:
            raise StackError(f"{self.name} is not running")
        status = self._process.poll()
        if status is not None:
            raise StackError(f"{self.name} {describe_status(status)}; the end of its log:\n{self.log_tail()}")

    def log_tail(self, lines: int = 30) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError as error:
            return str(error)

    def stop(self) -> int | None:
        """Stops the process and returns its exit status. `start` starts it again, with its port and directory."""
        return self._stop_process()

    def restart(self) -> None:
        """Also of a process that has died."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """Stops the process and removes its directory if that is a temporary one; done at exit for all."""
        self.stop()
        if self._temporary:
            shutil.rmtree(self.directory, ignore_errors=True)

    def kill(self) -> None:
        """What a crash would do: SIGKILL."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def run(self, command: list[str]) -> str:
        """Runs a program to its end under the account of the server."""
        done = subprocess.run(command, capture_output=True, text=True, **self._account_arguments())
        if done.returncode:
            raise StackError(f"{command[0]} {describe_status(done.returncode)}: {done.stderr or done.stdout}")
        return done.stdout

    def _start_process(self, command: list[str], ready: Callable[[], bool], environment: dict | None = None) -> None:
        if self._process and self._process.poll() is None:
            raise StackError(f"{self.name} is running already")
        stop_on_sigterm()
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             start_new_session=True, env=environment, **self._account_arguments())
        try:
            wait_until(ready, f"{self.name} to accept connections", START_LIMIT, self.check)
        except TimeoutError as error:
            tail = self.log_tail()
            self._stop_process()
            raise StackError(f"{error}; the end of its log:\n{tail}") from None
        except StackError:
            self._process = None
            raise

    def _stop_process(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        if process.poll() is not None:
            tail = self.log_tail()
            print(f"{self.name} had stopped by itself: {describe_status(process.returncode)}\n{tail}", file=sys.stderr)
            return process.returncode
        process.send_signal(self.stop_signal)
        try:
            return process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            print(f"{self.name} did not stop in {STOP_LIMIT:.0f} s, killed\n{self.log_tail()}", file=sys.stderr)
            process.kill()
            return process.wait()

    def _account_arguments(self) -> dict:
        if not self.account:
            return {}
        entry = pwd.getpwnam(self.account)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": self.directory}


def service_account() -> str | None:
    """PostgreSQL and pgBouncer refuse to run as root."""
    return "postgres" if os.geteuid() == 0 else None


def free_port() -> int:
    """Not one of those that the kernel gives to whoever connects: a client could take it before its server listens.
    Nor one that another run of tests beside this one has just been given: its server would be taken for ours.
    """
    first_ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    candidates = range(FIRST_PORT, first_ephemeral)
    while True:
        port = secrets.choice(candidates)
        if reserve(port):
            return port


def reserve(port: int) -> bool:
    """Unless it is taken. Abstract sockets share the ports' namespace, and are gone with the process."""
    reservation = socket.socket(socket.AF_UNIX)
    try:
        reservation.bind(f"\0pgsidecar-test-port-{port}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except OSError:
        reservation.close()
        return False
    if len(_reservations) == RESERVED:
        _reservations.popleft().close()
    _reservations.append(reservation)
    return True


def accepts(port: int, host: str = "127.0.0.1") -> bool:
    try:
        socket.create_connection((host.strip("[]"), port), 5).close()
        return True
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], what: str, limit: float, alive: Callable[[], None]) -> None:
    end = time.monotonic() + limit
    while True:
        alive()
        if condition():
            return
        if time.monotonic() > end:
            raise TimeoutError(f"waited {limit:.0f} s for {what}")
        time.sleep(0.02)


def describe_status(status: int) -> str:
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


_daemons: list[Daemon] = []
_reservations: collections.deque[socket.socket] = collections.deque()
_owner = os.getpid()


@atexit.register
def _remove_all() -> None:
    if os.getpid() != _owner:  # a forked child owns nothing
        return
    for daemon in reversed(_daemons):
        daemon.remove()


def stop_on_sigterm() -> None:
    """SIGTERM does what Ctrl-C does, in pytest too: `with` blocks, fixtures and atexit stop what was started."""
    on_main_thread = threading.current_thread() is threading.main_thread()
    if on_main_thread and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
