"""The chart: linted, rendered in each of its uses, and what it renders checked as any other manifest."""
from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from . import recordings
from .tools import CHART, DEPLOY, KUBERNETES, ROOT, check_configuration, documents, objects, validate_kubernetes

VERSION = ("--kube-version", f"{KUBERNETES}.0")

SECRETS = {
    "upstream": {"urlSecret": {"name": "url", "key": "url"},
                 "passwordSecret": {"name": "pooler", "key": "password"},
                 "rootCertificateSecret": {"name": "root", "key": "ca.crt"},
                 "clientCertificateSecret": {"name": "client"}},
    "clientTls": {"certificateSecret": {"name": "server"}, "clientCaSecret": {"name": "clients", "key": "ca.crt"}},
    "auth": {"usersFileSecret": {"name": "users", "key": "userlist.txt"}},
}
VALUES = {
    "default": {},
    "everything": SECRETS | {
        "standalone": {
            "replicas": 3, "priorityClassName": "high", "nodeSelector": {"disk": "fast"},
            "tolerations": [{"key": "databases", "operator": "Exists"}],
            "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": 1, "podAffinityTerm": {"topologyKey": "kubernetes.io/hostname"}}]}},
            "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}],
            "podAnnotations": {"a": "b"}, "podLabels": {"team": "shop"}, "service": {"annotations": {"a": "b"}},
            "networkPolicy": {"enabled": True, "clients": [{"podSelector": {"matchLabels": {"db": "yes"}}}],
                              "monitoring": [{"namespaceSelector": {}}]}},
        "imagePullSecrets": [{"name": "registry"}], "serviceAccount": {"annotations": {"a": "b"}},
        "env": [{"name": "PGSIDECAR_LOG_LEVEL", "value": "warn"}],
        "extraVolumes": [{"name": "more", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "more", "mountPath": "/more"}],
        "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
        "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
        "dashboard": {"enabled": True, "annotations": {"folder": "databases"}},
        "check": {"urlSecret": {"name": "check", "key": "url"}},
    },
    "url": {"upstream": {"urlSecret": {"name": "url"}}},
    "least": {"standalone": {"podDisruptionBudget": {"enabled": False}}, "serviceAccount": {"create": False},
              "config": {"upstream": {"address": ["a:6543", "b:6543"]}}},
}


@pytest.fixture(scope="module", params=VALUES)
def rendered(request, tmp_path_factory) -> str:
    return template(VALUES[request.param], tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def everything(tmp_path_factory) -> str:
    return template(VALUES["everything"], tmp_path_factory.mktemp("everything"))


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory) -> str:
    """A chart of an application that has this one as a dependency."""
    folder = tmp_path_factory.mktemp("chart") / "shop"
    shutil.copytree(ROOT / "tests/deploy/charts/shop", folder)
    shutil.copytree(CHART, folder / "charts/pgsidecar")
    return helm("template", "shop", folder)


@pytest.mark.parametrize("name", VALUES)
def test_lint(name, tmp_path):
    helm("lint", "--strict", CHART, "--values", values_file(VALUES[name], tmp_path))


def test_rendered_manifests_are_valid(rendered, tmp_path):
    validate_kubernetes(rendered, tmp_path)


def test_manifests_with_a_sidecar_are_valid(sidecar, tmp_path):
    validate_kubernetes(sidecar, tmp_path)


def test_pgsidecar_takes_the_rendered_configuration(rendered, tmp_path):
    check_configuration(configuration(rendered), tmp_path)


def test_pgsidecar_takes_the_sidecars_configuration(sidecar, tmp_path):
    check_configuration(configuration(sidecar), tmp_path)


def test_every_mounted_file_is_of_a_volume(everything):
    pod = deployed(everything)
    volumes = {volume["name"] for volume in pod["volumes"]}
    mounts = {mount["mountPath"]: mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    assert set(mounts.values()) == volumes
    for path in re.findall(r"(/run/secrets/pgsidecar/[\w-]+)/", configuration(everything)):
        assert path in mounts


def test_alone_it_listens_for_the_network_and_as_a_sidecar_for_loopback(everything, sidecar):
    assert yaml.safe_load(configuration(everything))["listen"] == "0.0.0.0:6432"
    assert yaml.safe_load(configuration(sidecar))["listen"] == "127.0.0.1:6432"


def test_address_is_only_named_where_nothing_else_names_it(sidecar, everything, tmp_path):
    """An address wins over the one in a URL."""
    assert "address" not in yaml.safe_load(configuration(sidecar))["upstream"]
    assert "address" not in yaml.safe_load(configuration(everything))["upstream"]
    assert yaml.safe_load(configuration(template({}, tmp_path)))["upstream"] == {"address": "pooler:6543"}


def test_sidecar_is_one_and_brings_no_workload_of_its_own(sidecar):
    (container,) = deployed(sidecar)["initContainers"]
    assert (container["name"], container["restartPolicy"]) == ("pgsidecar", "Always")
    assert "lifecycle" not in container
    assert {document["kind"] for document in documents(sidecar)} == {"ConfigMap", "Deployment", "PodMonitor"}


def test_changed_configuration_rolls_the_pods(tmp_path):
    checksums = {objects(template({"config": {"max_connections": number}}, tmp_path), "Deployment")[0]
                 ["spec"]["template"]["metadata"]["annotations"]["checksum/pgsidecar"] for number in (100, 200)}
    assert len(checksums) == 2


def test_service_does_not_send_clients_to_the_check(everything):
    selector = objects(everything, "Service")[0]["spec"]["selector"]
    labels = objects(everything, "Pod")[0]["metadata"]["labels"]
    assert not selector.items() <= labels.items()
    assert selector.items() <= objects(everything, "Deployment")[0]["spec"]["template"]["metadata"]["labels"].items()


def test_helm_test_runs_the_check(everything):
    (pod,) = objects(everything, "Pod")
    assert pod["metadata"]["annotations"]["helm.sh/hook"] == "test"
    assert "pgsidecar check" in " ".join(pod["spec"]["containers"][0]["command"])


def test_alerts_and_dashboard_are_the_ones_of_deploy(everything):
    (rule,) = objects(everything, "PrometheusRule")
    assert rule["spec"] == yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text())
    (dashboard,) = (found for found in objects(everything, "ConfigMap") if "pgsidecar.json" in found["data"])
    kept = json.loads((DEPLOY / "grafana/dashboard.json").read_text())
    assert json.loads(dashboard["data"]["pgsidecar.json"]) == kept


def test_package_holds_the_linked_files(tmp_path):
    rendered = recordings.helm_on_package(CHART, tmp_path, "--set", "prometheusRule.enabled=true", *VERSION)
    assert rendered.returncode == 0, rendered.stderr
    assert objects(rendered.stdout, "PrometheusRule")[0]["spec"]["groups"]


@pytest.mark.parametrize("wrong", [
    {"standalone": {"replica": 1}}, {"port": 0}, {"config": {"upstreams": {}}}, {"image": {"pullPolicy": "Sometimes"}},
    {"podMonitor": {"interval": "often"}}, {"unknown": 1}], ids=str)
def test_schema_refuses(wrong, tmp_path):
    said = recordings.helm("template", CHART, *VERSION, "--values", values_file(wrong, tmp_path))
    assert said.returncode != 0 and "don't meet the specifications of the schema" in said.stderr


def test_schema_knows_every_value_and_every_section():
    schema = json.loads((CHART / "values.schema.json").read_text())["properties"]
    assert schema.keys() - {"global"} == yaml.safe_load((CHART / "values.yaml").read_text()).keys()
    reference = yaml.safe_load((ROOT / "config/pgsidecar.reference.yaml").read_text())
    assert schema["config"]["properties"].keys() == reference.keys()


def helm(*arguments: str | Path) -> str:
    said = recordings.helm(*arguments, *VERSION)
    assert said.returncode == 0, f"{said.args}: {said.stdout}{said.stderr}"
    return said.stdout


def template(values: dict, folder) -> str:
    return helm("template", "shop", CHART, "--values", values_file(values, folder))


def values_file(values: dict, folder):
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    return file


def deployed(rendered: str) -> dict:
    return objects(rendered, "Deployment")[0]["spec"]["template"]["spec"]


def configuration(rendered: str) -> str:
    (found,) = (found for found in objects(rendered, "ConfigMap") if "pgsidecar.yaml" in found["data"])
    return found["data"]["pgsidecar.yaml"]
