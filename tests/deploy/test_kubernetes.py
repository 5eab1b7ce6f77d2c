"""deploy/kubernetes: valid, restricted, and ended in the right order."""
from __future__ import annotations

import re

import pytest
import yaml

from . import recordings
from .servers import Proxy, pooler_of_compose, running, statements_survive
from .tools import DEPLOY, check_configuration, objects, validate_kubernetes, with_secrets

FOLDER = DEPLOY / "kubernetes"


@pytest.fixture(scope="module")
def rendered() -> str:
    said = recordings.kustomize(FOLDER)
    assert said.returncode == 0, said.stderr
    return said.stdout


@pytest.fixture(scope="module")
def pod(rendered) -> dict:
    return objects(rendered, "Deployment")[0]["spec"]["template"]["spec"]


@pytest.fixture(scope="module")
def configuration(rendered) -> dict:
    return yaml.safe_load(objects(rendered, "ConfigMap")[0]["data"]["pgsidecar.yaml"])


def test_manifests_are_valid(rendered, tmp_path):
    validate_kubernetes(rendered, tmp_path)


def test_every_manifest_is_in_the_kustomization(rendered):
    names = {file.name for file in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    kustomization = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    used = kustomization["resources"] + kustomization["configMapGenerator"][0]["files"]
    assert names == set(used)


def test_pgsidecar_takes_the_configuration(rendered, tmp_path):
    check_configuration(objects(rendered, "ConfigMap")[0]["data"]["pgsidecar.yaml"], tmp_path)


def test_application_needs_no_password(configuration, pod, tmp_path):
    """The configuration in front of a pooler that asks for one, with the URL of the manifest."""
    url = next(entry["value"] for entry in pod["containers"][0]["env"] if entry["name"] == "DATABASE_URL")
    with pooler_of_compose() as pooler:
        here = configuration["upstream"]["url"].replace("pooler.databases.svc.cluster.local:6543",
                                                        f"127.0.0.1:{pooler.port}")
        upstream = configuration["upstream"] | {"url": here.replace("sslmode=require", "sslmode=disable")}
        proxy = Proxy(["--config", configuration_file(configuration | {"upstream": upstream, "admin": {}}, tmp_path)])
        with running(proxy):
            assert statements_survive(url.replace("+asyncpg", "").replace(":6432/", f":{proxy.port}/"))


def test_sidecar_is_first_and_stays(pod):
    first = pod["initContainers"][0]
    assert (first["name"], first["restartPolicy"]) == ("pgsidecar", "Always")
    assert all("restartPolicy" not in other for other in pod["initContainers"][1:])


def test_sidecar_has_no_pre_stop_hook(pod):
    """kubelet runs a sidecar's hook when the pod begins to end, and the application still has work to do."""
    assert "lifecycle" not in pod["initContainers"][0]


def test_probes_ask_the_address_that_is_reached_from_outside(pod, configuration):
    sidecar = pod["initContainers"][0]
    host, port = configuration["admin"]["metrics_listen"].rsplit(":", 1)
    ports = {entry["name"]: entry["containerPort"] for entry in sidecar["ports"]}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert ports[sidecar[probe]["httpGet"]["port"]] == int(port)
    assert host == "0.0.0.0"
    assert sidecar["livenessProbe"]["httpGet"]["path"] == "/healthz", "a pooler that is away is no reason to restart"


def test_pod_has_time_to_drain(pod, configuration):
    application = pod["containers"][0]
    slept = int(application["lifecycle"]["preStop"]["exec"]["command"][1])
    drained = seconds(configuration["drain_timeout"]) + seconds(configuration["shutdown_timeout"])
    assert pod["terminationGracePeriodSeconds"] > slept + drained


def test_every_container_is_restricted(pod):
    assert pod["securityContext"]["runAsNonRoot"] and pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["initContainers"] + pod["containers"]:
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"]
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert {"requests", "limits"} == set(container["resources"])


def test_only_loopback_is_trusted(configuration):
    assert configuration["auth"]["mode"] == "trust"
    assert configuration["listen"].startswith("127.0.0.1:")
    assert configuration["admin"]["listen"].startswith("127.0.0.1:")


def test_application_connects_to_the_sidecar(pod, configuration):
    for container in (pod["initContainers"][1], pod["containers"][0]):
        url = next(entry["value"] for entry in container["env"] if entry["name"] == "DATABASE_URL")
        assert f"@{configuration['listen']}/" in url


def test_image_runs_as_the_user_of_the_manifest(pod):
    users = [re.findall(r"^USER (.*)$", file.read_text(), re.M)[-1]
             for file in (DEPLOY / "Dockerfile", DEPLOY / "examples/fastapi/Dockerfile")]
    context = pod["securityContext"]
    assert users == [f"{context['runAsUser']}:{context['runAsGroup']}"] * 2



def configuration_file(configuration: dict, folder) -> str:
    file = folder / "pgsidecar.yaml"
    file.write_text(with_secrets(yaml.safe_dump(configuration), folder / "secrets", "secret\n"))
    return str(file)


def seconds(duration: str) -> int:
    return int(duration.removesuffix("s"))
