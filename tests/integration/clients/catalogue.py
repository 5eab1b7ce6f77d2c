"""What there is to run: a folder a language, with its clients.toml and its setup."""

from __future__ import annotations

import fcntl
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration.support.processes import run_to_end

FOLDER = Path(__file__).resolve().parent
BUILD = FOLDER.parents[2] / "build" / "clients"
NO_TOOLCHAIN = 69  # EX_UNAVAILABLE, the exit status of a setup that cannot be
SETUP_LIMIT = 1800.0
LANGUAGE_KEYS = {"title"}
CLIENT_KEYS = {"name", "command", "ci", "timeout", "copies"}


class CatalogueError(ValueError):
    """A clients.toml that cannot be used."""


class NotRun(Exception):
    """The toolchain of a language is not there."""


@dataclass(frozen=True)
class Client:
    name: str
    command: list[str]
    ci: bool = False
    timeout: float = 60
    copies: int = 2


@dataclass(frozen=True)
class Language:
    name: str
    source: Path
    build: Path  # where its setup puts what it installs
    title: str
    clients: list[Client] = field(default_factory=list)

    def command(self, client: Client) -> list[str]:
        return [word.replace("{build}", str(self.build)).replace("{source}", str(self.source))
                for word in client.command]

    def set_up(self) -> None:
        """Raises NotRun without a toolchain, RuntimeError when the installation fails."""
        self.build.mkdir(parents=True, exist_ok=True)
        log = self.build.parent / f"{self.name}.setup.log"
        with open(self.build.parent / f"{self.name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with open(log, "wb") as output:
                status = run_to_end([str(self.source / "setup"), str(self.build)], output, SETUP_LIMIT)
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        if status == NO_TOOLCHAIN:
            raise NotRun(tail.splitlines()[-1] if tail else "its toolchain is not there")
        if status != 0:
            how = "did not end in time" if status is None else f"ended with status {status}"
            raise RuntimeError(f"setup {how}, its log is {log}:\n{tail}")


def languages(folder: Path = FOLDER, build: Path = BUILD) -> list[Language]:
    return [read(file, build) for file in sorted(folder.glob("*/clients.toml"))]


def read(file: Path, build: Path) -> Language:
    try:
        content = tomllib.loads(file.read_text())
        unknown = content.keys() - {"language", "client"} | content["language"].keys() - LANGUAGE_KEYS
        if unknown:
            raise CatalogueError(f"unknown keys {sorted(unknown)}")
        clients = [make_client(entry) for entry in content.get("client", [])]
        names = [client.name for client in clients]
        if len(names) != len(set(names)):
            raise CatalogueError("two clients have the same name")
        name = file.parent.name
        return Language(name, file.parent, build / name, content["language"]["title"], clients)
    except (KeyError, ValueError) as error:
        raise CatalogueError(f"{file}: {error}") from None


def make_client(entry: dict) -> Client:
    unknown = entry.keys() - CLIENT_KEYS
    if unknown or not {"name", "command"} <= entry.keys():
        raise CatalogueError(f"a client has a name, a command and perhaps ci, timeout, copies: {entry}")
    return Client(**entry)
