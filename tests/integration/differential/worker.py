"""Runs the scripts of a profile whose numbers fall to this worker."""

import random
import time
import traceback
from dataclasses import dataclass, field
from typing import Iterator

from .bench import Bench
from .compare import Outcome, changed_results
from .profiles import PROFILES
from .script import Script

REST_SHARE = 0.15  # of the steps, after which the pool is looked at


@dataclass
class Tally:
    """What has been run and seen."""

    scripts: int = 0
    replies: int = 0
    silences: int = 0
    looks: int = 0  # of the movers
    kept: int = 0  # differences that the table of kept ones explains
    changed: dict[str, int] = field(default_factory=dict)
    failures: list[tuple[str, int]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        for name in ("scripts", "replies", "silences", "looks", "kept"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for mine, theirs in ((self.changed, other.changed), (self.seconds, other.seconds)):
            for key, value in theirs.items():
                mine[key] = mine.get(key, 0) + value
        self.failures += other.failures


def make_script(profile: str, number: int, seed: int) -> Script:
    rng = random.Random(f"{seed}:{profile}:{number}")
    script = PROFILES[profile](rng, number)
    return script.with_steps([step._replace(rest=rng.random() < REST_SHARE) for step in script.steps])


def run_profile(
    bench: Bench, profile: str, numbers: range, seed: int, tally: Tally
) -> Iterator[tuple[int, Script, Outcome]]:
    """Yields every script that shows a difference."""
    for number in numbers:
        script, began = make_script(profile, number, seed), time.monotonic()
        try:
            outcome = bench.run(script)
        except Exception:
            tally.failures.append((profile, number))
            raise RuntimeError(
                f"{profile}:{number} (seed {seed}) could not be run:\n{traceback.format_exc()}"
            ) from None
        tally.scripts += 1
        tally.seconds[profile] = tally.seconds.get(profile, 0) + time.monotonic() - began
        tally.replies += len(outcome.direct.replies)
        tally.silences += outcome.direct.silences
        tally.kept += len(outcome.kept)
        for where, count in changed_results(outcome.direct).items():
            tally.changed[where] = tally.changed.get(where, 0) + count
        if outcome.differences:
            tally.failures.append((profile, number))
            yield number, script, outcome
