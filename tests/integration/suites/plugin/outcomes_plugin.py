"""A pytest plugin: one line of JSON for every test that begins and for every outcome, written at once, so that a run
which is ended by its time limit tells what it has done and which test hung.

Environment: OUTCOMES, the file; OUTCOMES_ONLY, a file with the only names to run; OUTCOMES_STRIP, a regular expression
for what is left out of names (a server's version, say).
"""
import json
import os
import re

import pytest

_file = open(os.environ["OUTCOMES"], "a", buffering=1)
_strip = re.compile(os.environ.get("OUTCOMES_STRIP") or r"(?!)")


def _write(nodeid, outcome):
    _file.write(json.dumps([_strip.sub("", nodeid), outcome]) + "\n")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if "OUTCOMES_ONLY" in os.environ:
        with open(os.environ["OUTCOMES_ONLY"]) as names:
            only = set(json.load(names))
        config.hook.pytest_deselected(items=[i for i in items if _strip.sub("", i.nodeid) not in only])
        items[:] = [i for i in items if _strip.sub("", i.nodeid) in only]


def pytest_runtest_logstart(nodeid):
    _write(nodeid, "begun")


def pytest_runtest_logreport(report):
    if report.failed:
        _write(report.nodeid, "failed")
    elif report.skipped:
        _write(report.nodeid, "skipped")
    elif report.when == "call":
        _write(report.nodeid, "passed")


def pytest_runtest_logfinish(nodeid):
    _write(nodeid, "ended")


def pytest_collectreport(report):
    if report.failed:
        _write(report.nodeid, "failed")
