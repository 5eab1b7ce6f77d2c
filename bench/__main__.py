"""bench/run without its preparations."""

from __future__ import annotations

import dataclasses
import sys
import time
from pathlib import Path
from typing import Iterator

from bench.arguments import parse_arguments
from bench.loads.catalogue import LOADS
from bench.measure import machine
from bench.measure.cell import Effort
from bench.measure.runner import problems, run_variant
from bench.report.document import document
from bench.report.docs import write_docs
from bench.report.plots import draw
from bench.report.results import Results
from bench.servers.servers import Servers
from tests.integration.support.stack import ROOT


PAGE = ROOT / "docs/performance.md"


def main() -> int:
    arguments = parse_arguments()
    if arguments.list:
        for name, load in LOADS.items():
            print(f"{name:12} {' '.join((load.__doc__ or '').split())}")
        return 0
    if arguments.docs:
        write_docs(Results.read(arguments.out / "results.json"), PAGE)
        return 0
    effort = Effort(True, 1, 0.2) if arguments.short else Effort(False, arguments.rounds, arguments.seconds)
    if arguments.settings:
        effort = dataclasses.replace(effort, settings=arguments.settings)
    results = Results(machine.describe(), dataclasses.asdict(effort))
    begin = time.monotonic()
    for _ in measure(arguments.only, effort, arguments.against, results):
        write(results, arguments.out)  # what has been measured is not lost when something fails
    wrong = problems(results.cells)
    print(*wrong, f"{time.monotonic() - begin:.0f} s: {arguments.out}/results.md", sep="\n")
    print(f"{len(results.cells) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


def write(results: Results, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    results.write(folder / "results.json")
    (folder / "results.md").write_text(document(results))
    draw(results, folder)


def measure(names: list[str], effort: Effort, against: str | None, results: Results) -> Iterator[None]:
    """Yields after each load."""
    with Servers(against) as servers:
        for name in names:
            for variant in LOADS[name](servers, effort):
                told = ", ".join(f"{key} {value}" for key, value in variant.parameters.items())
                print(f"{name}: {told}", file=sys.stderr, flush=True)
                results.cells += run_variant(name, variant, effort)
            yield


if __name__ == "__main__":
    sys.exit(main())
