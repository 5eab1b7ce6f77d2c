"""The dashboard and the alerts, against a real Prometheus that reads the metrics of a real pgsidecar."""
from __future__ import annotations

import json
import re
import urllib.request
from itertools import combinations

import pytest
import yaml

from tests.integration.support.daemon import free_port, wait_until
from tests.integration.support.prometheus import Prometheus
from tests.integration.support.stack import Stack

from .servers import statements_survive
from .tools import DEPLOY, run

DASHBOARD = json.loads((DEPLOY / "grafana/dashboard.json").read_text())
VARIABLES = {"$job": ".*", "$instance": ".*", "$__rate_interval": "1m", "$__range": "1h", "$__interval": "15s"}
SCRAPES = 4
LIMIT = 60.0  # seconds until they are made


@pytest.fixture(scope="module")
def metrics_port(tmp_path_factory):
    """Of a pgsidecar that has a certificate and has had some work."""
    port = free_port()
    folder = tmp_path_factory.mktemp("certificate")
    certificate, key = folder / "tls.crt", folder / "tls.key"
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "365",
        "-subj", "/CN=localhost", "-keyout", key, "-out", certificate)
    with Stack(config={"PGSIDECAR_ADMIN_METRICS_LISTEN": f"127.0.0.1:{port}", "PGSIDECAR_CLIENT_TLS_MODE": "allow",
                       "PGSIDECAR_CLIENT_TLS_CERTIFICATE": str(certificate),
                       "PGSIDECAR_CLIENT_TLS_KEY": str(key)}) as stack:
        assert statements_survive(stack.dsn("sidecar"))
        yield port


@pytest.fixture(scope="module")
def prometheus(metrics_port):
    server = Prometheus(metrics_port, {"container": "pgsidecar"}, [DEPLOY / "prometheus/alerts.yaml"])
    try:
        server.start()
        wait_until(lambda: scrapes(server) >= SCRAPES, f"{SCRAPES} scrapes", LIMIT, server.check)
        yield server
    finally:
        server.remove()


def panels() -> list[dict]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions() -> list[tuple[str, str]]:
    return [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]


@pytest.mark.parametrize("title, expression", expressions(), ids=[f"{title}-{i}" for i, (title, _) in
                                                                   enumerate(expressions())])
def test_expression_has_a_result(prometheus, title, expression):
    assert prometheus.query(filled_in(expression)), f"{title} shows nothing: {expression}"


def test_legends_name_labels_that_are_there(prometheus):
    for panel in panels():
        for target in panel["targets"]:
            named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            for series in prometheus.query(filled_in(target["expr"])):
                assert named <= series["metric"].keys(), (panel["title"], series["metric"])


def test_every_metric_is_shown(metrics_port):
    shown = " ".join(expression for _, expression in expressions())
    for family in re.findall(r"^# TYPE (\w+)", metrics(metrics_port), re.M):
        assert re.search(rf"\b{family}(_bucket|_sum|_count)?\b", shown), family


def test_alerts_ask_for_metrics_and_labels_that_are_there(metrics_port):
    text = metrics(metrics_port)
    rules = (DEPLOY / "prometheus/alerts.yaml").read_text()
    for metric in set(re.findall(r"\b(?:pgsidecar|process)_\w+", rules)):
        assert re.search(rf"^{metric}[ {{]", text, re.M), metric
    for label, value in set(re.findall(r'\b(\w+)="(\w+)"', rules)) - {("container", "pgsidecar"), ("job", "pgsidecar")}:
        assert f'{label}="{value}"' in text, f"{label}={value}"


def test_alerts_are_silent_when_all_is_well(prometheus):
    rules = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
    assert len(rules) == len(yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text())["groups"][0]["rules"])
    for rule in rules:
        assert prometheus.query(rule["query"]) == [], rule["name"]


def test_panels_do_not_overlap_and_stay_on_the_page():
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert 0 <= place["x"] and place["x"] + place["w"] <= 24, panel["title"]
    for one, other in combinations(DASHBOARD["panels"], 2):
        a, b = one["gridPos"], other["gridPos"]
        apart = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"] or a["y"] + a["h"] <= b["y"] or \
            b["y"] + b["h"] <= a["y"]
        assert apart, (one["title"], other["title"])
    identifiers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(identifiers)) == len(identifiers)


def test_promtool_finds_nothing_in_the_metrics(metrics_port):
    run("promtool", "check", "metrics", input=metrics(metrics_port))


def filled_in(expression: str) -> str:
    for variable, value in VARIABLES.items():
        expression = expression.replace(variable, value)
    assert "$" not in expression
    return expression


def metrics(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        return answer.read().decode()


def scrapes(server: Prometheus) -> int:
    (result,) = server.query('count_over_time(up{job="pgsidecar"}[5m])') or [{"value": [0, "0"]}]
    return int(result["value"][1])
