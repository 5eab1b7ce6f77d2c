"""Results are kept between runs, a file a language, so that docs/clients.md can be written from several runs."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from .catalogue import BUILD, Client, Language
from .program import Outcome


class Results:
    """`versions` are those of the servers of this run."""

    def __init__(self, versions: dict[str, str], folder: Path = BUILD / "results"):
        self.folder = folder
        self._versions = versions

    def keep(self, language: Language, client: Client, outcomes: dict[str, Outcome]) -> None:
        content = load(self.folder, language) | {"not_run": None}
        routes = content["clients"].setdefault(client.name, {})
        for route, outcome in outcomes.items():
            routes[route] = {"date": today()} | self._versions | outcome.as_json()
        self._write(language, content)

    def keep_not_run(self, language: Language, why: str) -> None:
        self._write(language, load(self.folder, language) | {"not_run": {"date": today(), "why": why}})

    def _write(self, language: Language, content: dict) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{language.name}.json"
        file.with_suffix(".new").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        file.with_suffix(".new").replace(file)


def load(folder: Path, language: Language) -> dict:
    file = folder / f"{language.name}.json"
    return json.loads(file.read_text()) if file.exists() else {"not_run": None, "clients": {}}


def today() -> str:
    return datetime.date.today().isoformat()
