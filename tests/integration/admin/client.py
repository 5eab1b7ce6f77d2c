"""What the admin interface answers, for tests: HTTP without a browser, and metrics as numbers."""
from __future__ import annotations

import http.client
import json
import re
from dataclasses import dataclass, field
from typing import Any, Mapping

SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def ask(port: int, path: str, method: str = "GET", headers: Mapping[str, str] = {}, host: str = "127.0.0.1") -> Answer:
    connection = http.client.HTTPConnection(host, port, timeout=30)
    try:
        connection.request(method, path, headers=dict(headers))
        got = connection.getresponse()
        return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read().decode())
    finally:
        connection.close()


@dataclass
class Metrics:
    """The samples of one scrape."""
    samples: dict[tuple[str, frozenset[tuple[str, str]]], float] = field(default_factory=dict)

    def __call__(self, name: str, **labels: str) -> float:
        return self.of(f"pgsidecar_{name}", **labels)

    def of(self, name: str, **labels: str) -> float:
        return self.samples[name, frozenset(labels.items())]

    def sum(self, name: str) -> float:
        return sum(value for (of, _), value in self.samples.items() if of == f"pgsidecar_{name}")


def scrape(port: int) -> Metrics:
    metrics = Metrics()
    for line in ask(port, "/metrics").text.splitlines():
        if line.startswith("#"):
            continue
        sample = SAMPLE.match(line)
        assert sample, line
        metrics.samples[sample[1], frozenset(LABEL.findall(sample[2] or ""))] = float(sample[3])
    return metrics


class Growth:
    """How much counters have grown since it was made."""

    def __init__(self, port: int):
        self._port = port
        self._before = scrape(port)

    def __call__(self, name: str, **labels: str) -> float:
        return scrape(self._port)(name, **labels) - self._before(name, **labels)
