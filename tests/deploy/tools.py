"""The programs that check what is in deploy/, of the virtual environment and of Debian; recordings.py has the others."""
from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm/pgsidecar"
KUBERNETES = "1.33"  # the first version in which sidecar containers are stable
TOOLCHAINS = ROOT / "tests/integration/support/toolchains.sh"


def run(*command: str | Path, **arguments) -> str:
    """The output of a program that has to succeed."""
    arguments = {"input": ""} | arguments
    done = subprocess.run(command, capture_output=True, text=True, **arguments)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def tool(name: str) -> str:
    """A program that came with a package of tests/deploy/requirements.txt."""
    return str(Path(sys.executable).parent / name)


def program() -> str:
    """pgsidecar itself."""
    return os.environ.get("PGSIDECAR_BIN", str(ROOT / "build/release/pgsidecar"))


def environment(**variables: str) -> dict[str, str]:
    """For pgsidecar, which would take $PGSIDECAR_BIN for a key."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PGSIDECAR_")} | variables


def documents(text: str) -> Iterator[dict]:
    return (document for document in yaml.safe_load_all(text) if document)


def objects(text: str, kind: str) -> list[dict]:
    return [document for document in documents(text) if document["kind"] == kind]


def validate_kubernetes(text: str, folder: Path) -> None:
    """Every document against the schemas of Kubernetes, unknown fields refused; of operators' kinds it has none."""
    file = folder / "manifests.yaml"
    known = [document for document in documents(text) if "monitoring.coreos.com" not in document["apiVersion"]]
    assert known, "no manifest"
    file.write_text(yaml.safe_dump_all(known))
    said = run(tool("kubernetes-validate"), "--strict", "-k", KUBERNETES, file)
    assert said.count("passed") == len(known), said


def check_configuration(text: str, folder: Path, **variables: str) -> None:
    """What `pgsidecar --check-config` says about a configuration, with the secrets that it names in their places."""
    file = folder / "pgsidecar.yaml"
    file.write_text(with_secrets(text, folder / "secrets", '"app" "secret"\n'))
    said = run(program(), "--config", file, "--check-config", env=environment(**variables))
    assert said == "ok\n", said


def with_secrets(text: str, folder: Path, content: str) -> str:
    """The text with `folder` for /run/secrets/pgsidecar, and a file there for each that it names."""
    for name in re.findall(r"/run/secrets/pgsidecar/([\w./-]+)", text):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return text.replace("/run/secrets/pgsidecar", str(folder))
