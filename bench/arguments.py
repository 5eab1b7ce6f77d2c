"""The command line of bench/run."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.loads.catalogue import LOADS
from bench.measure.cell import Setting
from tests.integration.support.stack import ROOT


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
        "--against",
        metavar="PROGRAM",
        help="another pgsidecar program, measured beside the first in the same rounds",
    )
    parser.add_argument(
        "--settings",
        type=settings,
        metavar="KEY=VALUE[,...]",
        help="settings of pgsidecar that are compared over distance (default: those of the load)",
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


def settings(text: str) -> tuple[Setting, ...]:
    pairs = [setting.partition("=") for setting in text.split(",")]
    if not all(key and value for key, _, value in pairs):
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE[,KEY=VALUE...]")
    return tuple((key, value) for key, _, value in pairs)
