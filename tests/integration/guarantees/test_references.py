"""docs/guarantees.md and the tests that it names belong together."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TESTS = HERE.parents[1]
GUARANTEES = (TESTS.parent / "docs/guarantees.md").read_text()
REFERENCE = re.compile(r"`([\w/]+\.(?:py|cpp))::(\w+(?:\.\w+)?)`")
REFERENCES = sorted(set(REFERENCE.findall(GUARANTEES)))


@cache
def names_in(path: Path) -> set[str]:
    """Suite.Name of GoogleTest; functions and classes of Python."""
    if not path.exists():
        return set()
    if path.suffix == ".py":
        return set(re.findall(r"^(?:def|class) (\w+)", path.read_text(), re.MULTILINE))
    tests = re.findall(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", path.read_text(), re.MULTILINE)
    return set(map(".".join, tests))


@pytest.mark.parametrize("file, name", REFERENCES, ids=map("::".join, REFERENCES))
def test_named_test_exists(file, name):
    assert name in names_in(TESTS / file)


def test_nothing_looks_like_a_reference_and_is_none():
    assert len(re.findall(r"\.(?:py|cpp)\b", GUARANTEES)) == len(REFERENCE.findall(GUARANTEES))


def test_every_row_names_a_test():
    """But the heads of tables, and the lines below them."""
    lines = GUARANTEES.splitlines()
    rows = [row for row, following in zip(lines, [*lines[1:], ""])
            if row.startswith("|") and not row.startswith("|---") and not following.startswith("|---")]
    assert rows
    assert [row for row in rows if not REFERENCE.search(row)] == []


def test_every_difference_that_is_tested_is_told():
    tested = {name for path in HERE.glob("test_*.py") if path != Path(__file__).resolve()
              for name in names_in(path) if name.startswith("test_")}
    assert tested - {name for _, name in REFERENCES} == set()
