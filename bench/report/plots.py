"""Plots of a run, as SVG that two runs with the same figures make alike."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Callable

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update(
    {
        "svg.hashsalt": "pgsidecar",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": "#dddddd",
        "axes.axisbelow": True,
        "legend.frameon": False,
        "figure.facecolor": "white",
    }
)
from matplotlib import pyplot  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402

from bench.loads.statements import CLIENTS, MODES  # noqa: E402
from bench.measure.cell import Cell  # noqa: E402
from bench.report.distance import medians_of, round_trips  # noqa: E402
from bench.report.results import Results  # noqa: E402

COLOURS = {"PostgreSQL": "#336791", "pgBouncer": "#8c8c8c", "HAProxy": "#e0a030", "pgsidecar": "#2a9d5c"}
DISTANCE = 5  # ms
SETTINGS = [(mode, clients) for mode in MODES for clients in CLIENTS]


def draw(results: Results, folder: Path) -> list[Path]:
    """Those for which there are figures."""
    files = []
    for name, (plot, load) in PLOTS.items():
        if results.of(load):
            figure, axes = pyplot.subplots(figsize=(8, 3.6))
            plot(axes, results)
            figure.tight_layout()
            files.append(folder / f"{name}.svg")
            figure.savefig(files[-1], metadata={"Date": None}, bbox_inches="tight")
            pyplot.close(figure)
    return files


def hop_cpu(axes: Axes, results: Results) -> None:
    """Two bars for each setting, of user and system time."""
    for at, target in enumerate(("HAProxy", "pgsidecar")):
        cells = [results.find("select", target, mode=mode, clients=clients) for mode, clients in SETTINGS]
        places = [place + (at - 0.5) * 0.38 for place in range(len(cells))]
        system, user = ([part(cell, kind) for cell in cells] for kind in ("system", "user"))
        axes.bar(places, system, 0.36, color=COLOURS[target], label=f"{target}, system")
        axes.bar(
            places, user, 0.36, bottom=system, color=COLOURS[target], alpha=0.45, label=f"{target}, user"
        )
    name_settings(axes)
    axes.set_ylabel("hop, µs/transaction")
    axes.set_title("What the extra hop costs: pgbench -S")
    axes.legend(ncols=2)


def throughput(axes: Axes, results: Results) -> None:
    for at, target in enumerate(COLOURS):
        cells = [results.find("select", target, mode=mode, clients=clients) for mode, clients in SETTINGS]
        spreads = [cell.spread("tps") if cell else None for cell in cells]
        heights = [each.median if each else 0 for each in spreads]
        errors = [
            [each.median - each.least if each else 0 for each in spreads],
            [each.most - each.median if each else 0 for each in spreads],
        ]
        places = [place + (at - 1.5) * 0.2 for place in range(len(cells))]
        axes.bar(
            places,
            heights,
            0.19,
            yerr=errors,
            error_kw={"elinewidth": 0.7},
            color=COLOURS[target],
            label=target,
        )
    name_settings(axes)
    axes.set_ylabel("transactions/s, median and extremes")
    axes.set_title("pgbench -S")
    axes.legend(ncols=4)


def distance(axes: Axes, results: Results) -> None:
    """Round trips, since the latency itself is mostly distance."""
    medians = medians_of(results.of("distance"))
    statements = list(dict.fromkeys(statement for statement, _ in medians))
    targets = list(dict.fromkeys(target for _, target in medians))
    width = 0.8 / len(targets)
    for at, target in enumerate(targets):
        heights = [round_trips(medians[statement, target], DISTANCE) or 0 for statement in statements]
        places = [place + (at - (len(targets) - 1) / 2) * width for place in range(len(statements))]
        axes.bar(places, heights, width * 0.95, label=target)
    axes.set_xticks(range(len(statements)), [textwrap.fill(statement, 18) for statement in statements])
    axes.set_ylabel("round trips")
    axes.set_title(f"A prepared statement used again, {DISTANCE} ms before the pooler")
    axes.legend()


def drivers(axes: Axes, results: Results) -> None:
    cells = results.of("drivers")
    names = [f"{cell.target}, {cell.parameters['connections']}" for cell in cells][::-1]
    colours = [COLOURS[cell.target.rpartition("; ")[2]] for cell in cells][::-1]
    axes.barh(names, [cell.median("tps") or 0 for cell in cells][::-1], color=colours)
    axes.grid(axis="x", visible=True)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("queries/s")
    axes.set_title("Python drivers: program; target, connections")


def name_settings(axes: Axes) -> None:
    axes.set_xticks(range(len(SETTINGS)), [f"{mode}\n{clients}" for mode, clients in SETTINGS])
    axes.set_xlabel("mode and clients")


def part(cell: Cell | None, kind: str) -> float:
    return (cell.median(f"{cell.hop} {kind}") or 0.0) if cell else 0.0


PLOTS: dict[str, tuple[Callable[[Axes, Results], None], str]] = {
    "hop-cpu": (hop_cpu, "select"),
    "throughput": (throughput, "select"),
    "drivers": (drivers, "drivers"),
    "distance": (distance, "distance"),
}
