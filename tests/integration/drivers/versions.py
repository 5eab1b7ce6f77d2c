"""Several versions of one driver side by side: each file in packages/ pins a set, with a folder of its own."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.integration.support.processes import clean_environment

PACKAGES = Path(__file__).parent / "packages"
CLIENTS = Path(__file__).resolve().parents[3] / "build" / "clients"


def installed(name: str) -> Path:
    """The folder that holds packages/<name>.txt, for PYTHONPATH."""
    pins = PACKAGES / f"{name}.txt"
    target = CLIENTS / name
    wanted = hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()
    CLIENTS.mkdir(parents=True, exist_ok=True)
    with open(CLIENTS / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = target / ".stamp"
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(target, ignore_errors=True)
            install(pins, target)
            stamp.write_text(wanted)
    return target


def install(pins: Path, target: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--target",
        str(target),
        "--requirement",
        str(pins),
    ]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(f"pip cannot install {pins.name}:\n{done.stderr}")


def environment(name: str) -> dict[str, str]:
    """The environment of a client program that sees the set `name` and nothing else of ours."""
    return clean_environment() | {"PYTHONPATH": str(installed(name)), "PYTHONDONTWRITEBYTECODE": "1"}


if __name__ == "__main__":
    for file in sorted(PACKAGES.glob("*.txt")):
        print(installed(file.stem))
