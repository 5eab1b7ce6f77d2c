"""build/clients/results/suites.json: the counts of the last run of each suite."""
from __future__ import annotations

import datetime
import json

from .suite import ROOT, Outcome, Suite

FILE = ROOT / "build" / "clients" / "results" / "suites.json"


def merge(suite: Suite, direct: Outcome, through: Outcome, listed: int, whole: bool) -> None:
    """A short run says nothing about the suite where a whole one is known."""
    if not whole and getattr(suite, "ci_arguments", None):
        return
    content = json.loads(FILE.read_text()) if FILE.exists() else {"suites": []}
    others = [entry for entry in content["suites"] if entry["suite"] != suite.name]
    today = datetime.date.today().isoformat()
    entry = {"suite": suite.name, "version": suite.version, "date": today, "direct": count(direct),
             "pooled": count(through), "listed": listed,
             "command": f"python3 -m tests.integration.suites {suite.name}"}
    FILE.parent.mkdir(parents=True, exist_ok=True)
    suites = sorted([*others, entry], key=lambda one: one["suite"])
    FILE.write_text(json.dumps({"date": today, "suites": suites}, indent=1) + "\n")


def count(outcome: Outcome) -> dict[str, int]:
    return {"passed": len(outcome.passed), "failed": len(outcome.failed)}
