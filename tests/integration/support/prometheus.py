"""A real Prometheus that reads one target."""
from __future__ import annotations

import json
import urllib.parse
import urllib.request
from pathlib import Path

from .daemon import Daemon
from .stack import program


class Prometheus(Daemon):
    """Reads 127.0.0.1:`target` every second, as job pgsidecar with `labels`, and evaluates the rules in `rules`."""

    def __init__(self, target: int, labels: dict[str, str] = {}, rules: list[Path] = []):
        super().__init__("prometheus", None, None, unprivileged=False)
        job = {"job_name": "pgsidecar", "static_configs": [{"targets": [f"127.0.0.1:{target}"], "labels": labels}]}
        self._configuration = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": [job],
                               "rule_files": [str(each) for each in rules]}

    def start(self) -> None:
        file = self.directory / "prometheus.yml"
        file.write_text(json.dumps(self._configuration))  # JSON is YAML
        self._start_process([program("prometheus"), f"--config.file={file}",
                             f"--storage.tsdb.path={self.directory}/data", "--log.level=warn",
                             f"--web.listen-address=127.0.0.1:{self.port}"], self._is_ready)

    def ask(self, path: str, **parameters: str) -> dict:
        """Of its HTTP API."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return json.load(answer)["data"]

    def query(self, expression: str) -> list[dict]:
        return self.ask("query", query=expression)["result"]

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=30):
                return True
        except OSError:
            return False
