"""One load on one target: what is measured, round by round."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Mapping

from bench.measure.spread import Spread, percentile, spread
from bench.servers.targets import Target

Values = dict[str, float]
Setting = tuple[str, str]


@dataclass
class Outcome:
    """What a client has seen. `latencies` are in ms, of all transactions or of some; `values` are of the load's own."""

    transactions: int
    seconds: float
    latencies: list[float] = field(default_factory=list)
    client_cpu: float = 0.0  # seconds
    values: Values = field(default_factory=dict)

    def summary(self) -> Values:
        told = {
            "tps": self.transactions / self.seconds,
            "client cpu": self.client_cpu / self.transactions * 1e6,
        }
        if self.latencies:
            told |= {"p50": percentile(self.latencies, 50), "p99": percentile(self.latencies, 99)}
        return told | self.values


@dataclass(frozen=True)
class Effort:
    """How long a run takes, and which settings of pgsidecar (keys and values) some of the loads compare."""

    short: bool
    rounds: int
    seconds: float  # of one sample
    settings: tuple[Setting, ...] = ()  # a load's own if there are none


@dataclass(frozen=True)
class Contestant:
    """`run` plays the load against the target, and raises when anything in it has failed."""

    target: Target
    run: Callable[[Effort], Outcome]


@dataclass(frozen=True)
class Variant:
    """One setting of a load. Its contestants take turns, round by round.

    Memory does not get smaller again, so such a load has one round only; and counting its system calls tells nothing.
    """

    parameters: Mapping[str, Any]
    contestants: list[Contestant]
    once: bool = False
    count_calls: bool = True


@dataclass
class Cell:
    """`samples` has the values of each round; `calls` are system calls per transaction of the hop, by name."""

    load: str
    parameters: dict[str, Any]
    target: str
    hop: str | None
    samples: list[Values] = field(default_factory=list)
    calls: Values = field(default_factory=dict)

    def spread(self, name: str) -> Spread | None:
        values = [sample[name] for sample in self.samples if name in sample]
        return spread(values) if values else None

    def median(self, name: str) -> float | None:
        found = self.spread(name)
        return found.median if found else None
