"""Puts a run's figures into docs/performance.md, between two comments, and its plots beside it."""

from __future__ import annotations

from pathlib import Path

from bench.report.document import bars_section, document, machine, section
from bench.report.plots import draw
from bench.report.results import Results

BEGIN = "<!-- bench/run --docs writes from here -->"
END = "<!-- to here -->"
SHOWN = ("drivers", "distance", "pipelines", "first-use")
TITLES = {
    "hop-cpu": "Processor time of the hop",
    "throughput": "Transactions per second",
    "drivers": "Queries per second of Python drivers",
    "distance": "Round trips of a prepared statement",
}


def write_docs(results: Results, page: Path) -> None:
    """The whole of it goes into a file of its own."""
    folder = page.with_suffix("")
    folder.mkdir(exist_ok=True)
    (folder / "results.md").write_text(f"# All figures of a run\n\n{document(results)}")
    images = [f"![{TITLES[file.stem]}]({folder.name}/{file.name})" for file in draw(results, folder)]
    sections = [section(load, results) for load in SHOWN]
    everything = (
        f"Every load, with the other processes: [{folder.name}/results.md]({folder.name}/results.md)."
    )
    parts = [machine(results), everything, bars_section(results), *images, *filter(None, sections)]
    page.write_text(replaced(page.read_text(), "\n\n".join(parts)))


def replaced(text: str, part: str) -> str:
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{BEGIN} and {END} have to stand in the page")
    return f"{before}{begin}\n\n{part}\n\n{end}{after}"
