"""The alert rules: valid, each of them shown to fire and to be silent."""
from __future__ import annotations

import yaml

from .tools import DEPLOY, run

ALERTS = DEPLOY / "prometheus/alerts.yaml"
TESTS = DEPLOY / "prometheus/alerts_test.yaml"


def rules() -> list[dict]:
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def test_rules_are_valid():
    run("promtool", "check", "rules", ALERTS)


def test_rules_fire_and_are_silent_when_they_should():
    run("promtool", "test", "rules", TESTS)


def test_each_rule_is_tested_both_ways():
    tried = [case for test in yaml.safe_load(TESTS.read_text())["tests"] for case in test["alert_rule_test"]]
    names = {rule["alert"] for rule in rules()}
    assert {case["alertname"] for case in tried if case.get("exp_alerts")} == names
    assert {case["alertname"] for case in tried if not case.get("exp_alerts")} == names


def test_each_rule_says_how_bad_it_is_and_what_to_do():
    for rule in rules():
        assert rule["labels"]["severity"] in ("warning", "critical"), rule["alert"]
        assert rule["annotations"].keys() == {"summary", "description"}, rule["alert"]
