"""What is true of every file of a kind in deploy/."""
from __future__ import annotations

from .tools import CHART, DEPLOY, ROOT, run, tool

YAML = sorted(file for file in DEPLOY.rglob("*.y*ml") if CHART / "templates" not in file.parents)
PINS = set((ROOT / "tests/deploy/requirements.txt").read_text().splitlines())


def test_yamllint_is_content():
    run(tool("yamllint"), "--strict", "--config-file", DEPLOY / ".yamllint.yaml", *YAML)


def test_example_is_tested_with_the_versions_that_it_names():
    named = (DEPLOY / "examples/fastapi/requirements.txt").read_text().replace("[asyncio]", "").splitlines()
    assert named and set(named) <= PINS
