"""The compose file: valid, and its pooler's and pgsidecar's settings tried on this machine.

What is not run is Docker: pulling and building the images, their network and their volumes.
"""
from __future__ import annotations

import re

import pytest
import yaml

from .servers import Proxy, pooler_of_compose, running, statements_survive
from .tools import DEPLOY, check_configuration, run, tool

FOLDER = DEPLOY / "compose"


@pytest.fixture(scope="module")
def services() -> dict:
    return yaml.safe_load((FOLDER / "docker-compose.yaml").read_text())["services"]


def test_file_is_valid():
    run(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", FOLDER / "docker-compose.yaml")


def test_pgsidecar_takes_its_variables(services, tmp_path):
    check_configuration("{}", tmp_path, **services["pgsidecar"]["environment"])


def test_built_folders_have_dockerfiles(services):
    builds = [service["build"] for service in services.values() if "build" in service]
    for build in builds:
        of = {"context": build} if isinstance(build, str) else build
        assert (FOLDER / of["context"] / of.get("dockerfile", "Dockerfile")).is_file()


def test_nothing_is_open_to_the_network(services):
    assert all(port.startswith("127.0.0.1:") for service in services.values() for port in service.get("ports", []))


def test_postgres_has_what_the_pooler_asks_for(services):
    settings = services["postgres"]["environment"]
    assert f'"{settings["POSTGRES_USER"]}" "{settings["POSTGRES_PASSWORD"]}"' in (
        FOLDER / "pgbouncer/userlist.txt").read_text()
    assert f"\n{settings['POSTGRES_DB']} = host=postgres " in (FOLDER / "pgbouncer/pgbouncer.ini").read_text()


def test_url_of_the_comment_works(services):
    (url,) = re.findall(r"through pgsidecar\s+(\S+)", (FOLDER / "docker-compose.yaml").read_text())
    with pooler_of_compose() as pooler:
        here = {"PGSIDECAR_UPSTREAM_ADDRESS": f"127.0.0.1:{pooler.port}", "PGSIDECAR_ADMIN_LISTEN": ""}
        proxy = Proxy(variables=services["pgsidecar"]["environment"] | here)
        with running(proxy):
            assert statements_survive(url.replace(":6432/", f":{proxy.port}/"))
