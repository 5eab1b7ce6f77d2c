"""The units: what systemd itself says about them, and how far they shut the service in."""
from __future__ import annotations

import configparser
import re

import pytest
import yaml

from .tools import DEPLOY, ROOT, program, run

UNITS = sorted((DEPLOY / "systemd").iterdir())
MOST_EXPOSED = 15  # tenths, of 100: systemd's own measure


@pytest.fixture
def installed(tmp_path):
    """The units, for the program that was built."""
    for unit in UNITS:
        text = unit.read_text().replace("/usr/local/bin/pgsidecar", program())
        (tmp_path / unit.name).write_text(text)
    return tmp_path


def test_systemd_takes_the_units(installed):
    said = run("systemd-analyze", "verify", "--recursive-errors=no", *(installed / unit.name for unit in UNITS))
    assert said == ""


def test_service_is_shut_in(installed):
    run("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", installed / "pgsidecar.service")


def test_service_has_time_to_drain():
    service = configparser.RawConfigParser(strict=False)
    service.read(DEPLOY / "systemd/pgsidecar.service")
    defaults = yaml.safe_load((ROOT / "config/pgsidecar.reference.yaml").read_text())
    drained = sum(int(defaults[key].removesuffix("s")) for key in ("drain_timeout", "shutdown_timeout"))
    assert int(service["Service"]["TimeoutStopSec"].removesuffix("s")) > drained


def test_service_has_descriptors_for_every_connection():
    limit = int(re.search(r"^LimitNOFILE=(\d+)$", (DEPLOY / "systemd/pgsidecar.service").read_text(), re.M)[1])
    defaults = yaml.safe_load((ROOT / "config/pgsidecar.reference.yaml").read_text())
    assert limit > 2 * (defaults["max_connections"] + defaults["max_half_open"])
