"""What helm and kustomize say about deploy/, kept beside the tests.

Both are built from their Go modules, which takes minutes. What they say depends on their version and on what they
read, so it is kept under the digest of that, and they are built and asked only where anything has changed. To make
the recordings anew: rm -r tests/deploy/recordings && scripts/test deploy
"""
from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Callable

from .tools import ROOT, TOOLCHAINS, run

FOLDER = Path(__file__).parent / "recordings"


def helm(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return recorded("helm", arguments, lambda: ask(built("helm"), *arguments))


def helm_on_package(chart: Path, into: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`helm template` of what `helm package` makes of the chart."""
    def play() -> subprocess.CompletedProcess[str]:
        package = run(built("helm"), "package", chart, "--destination", into).split()[-1]
        return ask(built("helm"), "template", "shop", package, *arguments)
    return recorded("helm", ("package", chart, *arguments), play)


def kustomize(folder: Path) -> subprocess.CompletedProcess[str]:
    return recorded("kustomize", ("build", folder), lambda: ask(built("kustomize"), "build", folder))


def built(name: str) -> str:
    """A program that toolchains.sh builds from its Go module."""
    return run("bash", "-c", f"source {TOOLCHAINS} && use_{name} && command -v {name}", cwd=ROOT).strip()


def ask(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True)


def recorded(tool: str, arguments: tuple[str | Path, ...],
             play: Callable[[], subprocess.CompletedProcess[str]]) -> subprocess.CompletedProcess[str]:
    """Arguments that are paths count by what is there, all others as they are."""
    digest = hashlib.sha256(version(tool).encode())
    for argument in arguments:
        digest.update(b"\0" + (contents(argument) if isinstance(argument, Path) else argument.encode()))
    file = FOLDER / f"{tool}-{digest.hexdigest()[:16]}.json"
    if file.exists():
        return subprocess.CompletedProcess(**json.loads(file.read_text()))
    said = play()
    FOLDER.mkdir(exist_ok=True)
    words = [tool] + [a.name if isinstance(a, Path) else a for a in arguments]
    kept = {"args": words, "returncode": said.returncode, "stdout": said.stdout, "stderr": said.stderr}
    file.write_text(json.dumps(kept, indent=1).replace(f"{ROOT}/", "") + "\n")
    return said


def version(tool: str) -> str:
    (line,) = (line for line in TOOLCHAINS.read_text().splitlines() if line.strip().startswith(f"use_go_program {tool} "))
    return line.strip()


def contents(of: Path) -> bytes:
    files = sorted(f for f in of.rglob("*") if f.is_file()) if of.is_dir() else [of]
    digest = hashlib.sha256()
    for file in files:
        name = str(file.relative_to(of)) if of.is_dir() else ""
        digest.update(f"{name}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return digest.digest()
