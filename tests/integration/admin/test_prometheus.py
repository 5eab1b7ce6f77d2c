"""Prometheus' own programs read the metrics."""
from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.integration.admin.client import ask
from tests.integration.relay.proxy import eventually
from tests.integration.support.prometheus import Prometheus
from tests.integration.support.stack import program


@pytest.fixture
def prometheus(admin):
    server = Prometheus(admin.metrics_port)
    server.start()
    yield server
    server.remove()


def test_promtool_finds_nothing_to_say(admin):
    with admin.connect() as client:
        client.execute("SELECT %s", [1], prepare=True)
    checked = subprocess.run([program("promtool"), "check", "metrics"], input=ask(admin.metrics_port, "/metrics").text,
                             capture_output=True, text=True)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_prometheus_scrapes_them(admin, prometheus):
    with admin.connect() as client:
        client.execute("SELECT 1")
        eventually(lambda: prometheus.query('up{job="pgsidecar"} == 1') != [], "a scrape that succeeds")
        (sample,) = prometheus.query('pgsidecar_logins_total{result="ok"}')
        assert float(sample["value"][1]) >= 1
        eventually(lambda: prometheus.query('pgsidecar_sessions{state="idle"} >= 1') != [], "the client")
        assert prometheus.query("histogram_quantile(0.99, sum by (le) (pgsidecar_first_byte_seconds_bucket))") != []


def test_every_metric_is_documented_and_every_documented_one_is_there(admin):
    documented = Path(__file__).parents[3] / "docs" / "metrics.md"
    names = {line.split("`")[1].split("{")[0] for line in documented.read_text().splitlines() if line.startswith("| `")}
    types = [line.split() for line in ask(admin.metrics_port, "/metrics").text.splitlines() if line.startswith("# TYPE")]
    real = {name for _, _, name, _ in types}
    only_with_certificates = {"pgsidecar_tls_certificate_expiry_timestamp_seconds"}
    assert names == real | only_with_certificates
