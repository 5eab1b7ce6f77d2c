"""What is measured: a port that clients connect to, and the processes behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping

from bench.measure import proc
from tests.integration.support.daemon import Daemon


@dataclass(frozen=True)
class Target:
    """`hop` is the process in front of the pooler, whose cost is the question."""

    name: str
    port: int
    processes: Mapping[str, Daemon] = field(repr=False)
    hop: str | None = None

    def usage(self) -> dict[str, proc.Usage]:
        """By process; the server's is that of all its backends."""
        return {
            name: (proc.tree_usage if name == "postgres" else proc.usage)(daemon.pid)
            for name, daemon in self.processes.items()
        }

    def resident(self) -> dict[str, float]:
        """MiB, of all but the server, whose backends share their memory."""
        return {
            name: proc.memory(daemon.pid).resident / 1024
            for name, daemon in self.processes.items()
            if name != "postgres"
        }

    def logs(self) -> str:
        """The ends of them."""
        return "\n".join(f"{name}: {daemon.log_tail()}" for name, daemon in self.processes.items())

    def check(self) -> None:
        for daemon in self.processes.values():
            daemon.check()
