"""A headless Chromium, driven through chromedriver by the WebDriver protocol (W3C), without a package for it."""
from __future__ import annotations

import base64
import json
import urllib.request
from pathlib import Path
from typing import Any

from tests.integration.support.daemon import Daemon, accepts
from tests.integration.support.stack import program

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1200,1100",
             "--disable-background-networking", "--disable-component-update", "--no-first-run"]


class Browser(Daemon):
    def __init__(self, *arguments: str):
        super().__init__("chromedriver", None, None, unprivileged=False)
        self._arguments = [*ARGUMENTS, f"--user-data-dir={self.directory / 'profile'}", *arguments]
        self._session = ""

    def start(self) -> None:
        self._start_process([program("chromedriver"), f"--port={self.port}"], lambda: accepts(self.port))
        options = {"goog:chromeOptions": {"binary": program("chromium"), "args": self._arguments},
                   "goog:loggingPrefs": {"browser": "ALL"}}
        self._session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": options}})["sessionId"]

    def stop(self) -> int | None:
        if self._session:
            self._call("DELETE", f"/session/{self._session}")
            self._session = ""
        return super().stop()

    def open(self, url: str) -> None:
        self._post("/url", {"url": url})

    def run(self, script: str) -> Any:
        """The value that the script returns."""
        return self._post("/execute/sync", {"script": script, "args": []})

    def complaints(self) -> list[str]:
        """What the page's console has at levels above information."""
        entries = self._post("/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]

    def screenshot(self, to: Path) -> None:
        to.write_bytes(base64.b64decode(self._call("GET", f"/session/{self._session}/screenshot")))

    def _post(self, path: str, body: dict) -> Any:
        return self._call("POST", f"/session/{self._session}{path}", body)

    def _call(self, method: str, path: str, body: dict | None = None) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]
