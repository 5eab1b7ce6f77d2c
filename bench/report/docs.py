"""Puts a run's figures into docs/performance.md, between two comments, and its plots beside it."""

from __future__ import annotations

from pathlib import Path

from bench.report.document import document
from bench.report.plots import draw
from bench.report.results import Results

BEGIN = "<!-- bench/run --docs writes from here -->"
END = "<!-- to here -->"
TITLES = {
    "hop-cpu": "Processor time of the hop",
    "throughput": "Transactions per second",
    "drivers": "Queries per second of Python drivers",
    "distance": "Latency over distance",
}


def write_docs(results: Results, page: Path) -> None:
    folder = page.with_suffix("")
    folder.mkdir(exist_ok=True)
    images = [f"![{TITLES[file.stem]}]({folder.name}/{file.name})" for file in draw(results, folder)]
    page.write_text(replaced(page.read_text(), "\n\n".join([*images, document(results).rstrip("\n")])))


def replaced(text: str, part: str) -> str:
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{BEGIN} and {END} have to stand in the page")
    return f"{before}{begin}\n\n{part}\n\n{end}{after}"
