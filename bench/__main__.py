"""bench/run without its preparations."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from pathlib import Path
from typing import Iterator

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
    for _ in measure(arguments.only, effort, results):
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


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/run",
        description="Measures PostgreSQL, pgBouncer, HAProxy and pgsidecar "
        "side by side. $PGSIDECAR_BIN names another program to measure.",
    )
    parser.add_argument(
        "--short", action="store_true", help="every load, but too short to tell anything: proves that it runs"
    )
    parser.add_argument(
        "--only", type=loads, default=list(LOADS), metavar="LOAD[,LOAD...]", help="only these loads"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="times that each cell is measured (default 3)"
    )
    parser.add_argument(
        "--seconds", type=float, default=2, metavar="S", help="of one measurement (default 2)"
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "build/bench", metavar="DIR", help="default build/bench"
    )
    parser.add_argument(
        "--settings",
        type=settings,
        metavar="KEY=VALUE[,...]",
        help="settings of pgsidecar that are compared over "
        "distance (default result_shape_check=strict,result_shape_check=off)",
    )
    parser.add_argument(
        "--docs", action="store_true", help="measure nothing: put the results of DIR into docs/performance.md"
    )
    parser.add_argument("--list", action="store_true", help="say what the loads are")
    return parser.parse_args()


def loads(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in LOADS:
            raise argparse.ArgumentTypeError(f"no load {name!r}; there are {', '.join(LOADS)}")
    return [name for name in LOADS if name in names]


def settings(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [setting.partition("=") for setting in text.split(",")]
    if not all(key and value for key, _, value in pairs):
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE[,KEY=VALUE...]")
    return tuple((key, value) for key, _, value in pairs)


def measure(names: list[str], effort: Effort, results: Results) -> Iterator[None]:
    """Yields after each load."""
    with Servers() as servers:
        for name in names:
            for variant in LOADS[name](servers, effort):
                told = ", ".join(f"{key} {value}" for key, value in variant.parameters.items())
                print(f"{name}: {told}", file=sys.stderr, flush=True)
                results.cells += run_variant(name, variant, effort)
            yield


if __name__ == "__main__":
    sys.exit(main())
