"""tokio-postgres: its test program, each test in a process of its own, lest one that hangs takes the others with it."""
from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.integration.support.processes import clean_environment

from .suite import NotRun, Outcome, Run, Suite, call, fetch_with

FEATURES = ("array-impls", "runtime", "with-bit-vec-0_9", "with-chrono-0_4", "with-eui48-1", "with-geo-types-0_7",
            "with-serde_json-1", "with-time-0_3", "with-uuid-1")
MANIFEST = """[package]
name = "suites"
version = "0.0.0"
edition = "2021"

[lib]
path = "lib.rs"

[dependencies]
{crate} = "={version}"
"""
PORT = 'std::env::var("PGPORT").unwrap()'
REPLACED = {  # the port is fixed in the sources
    "tests/test/main.rs": ('TcpStream::connect("127.0.0.1:5433")',
                           f'TcpStream::connect(format!("127.0.0.1:{{}}", {PORT}))'),
    "tests/test/runtime.rs": ("tokio_postgres::connect(s, NoTls)",
                              f'tokio_postgres::connect(&s.replace("5433", &{PORT}), NoTls)'),
}


@dataclass
class RustSuite(Suite):
    crate: str = ""
    test_limit: int = 20

    @property
    def program(self) -> Path:
        return self.folder / "tests"

    def recipe(self) -> object:
        return self.version, self.crate, FEATURES, REPLACED

    def fetch(self) -> None:
        (self.folder / "Cargo.toml").write_text(MANIFEST.format(crate=self.crate, version=self.version))
        (self.folder / "lib.rs").touch()
        fetch_with(["cargo", "fetch"], self.folder)
        metadata = json.loads(cargo("metadata", "--format-version=1", cwd=self.folder))
        manifest, = (package["manifest_path"] for package in metadata["packages"] if package["name"] == self.crate)
        source = self.folder / "source"
        shutil.copytree(Path(manifest).parent, source)
        for name, (old, new) in REPLACED.items():
            path = source / name
            text = path.read_text()
            if old not in text:
                raise NotRun(f"{name} has another form than version {self.version} is known to have")
            path.write_text(text.replace(old, new))
        with open(source / "Cargo.toml", "a") as cargo_toml:
            cargo_toml.write("\n[workspace]\n")
        lines = cargo("test", "--test=test", "--no-run", "-j2", "--message-format=json",
                      f"--features={','.join(FEATURES)}", cwd=source).splitlines()
        built = [message.get("executable") for message in map(json.loads, lines)]
        shutil.copy(next(path for path in reversed(built) if path), self.program)
        shutil.rmtree(source / "target")

    def run(self, run: Run) -> Outcome:
        outcome = Outcome()
        for name in sorted(self._tests() - self._tests("--ignored")):
            if run.names is None or name in run.names:
                status = call([str(self.program), "--exact", name], log=run.log, cwd=self.folder, limit=self.test_limit,
                              environment={"PGPORT": str(run.port)})
                outcome.add(name, status == 0)
        return outcome

    def _tests(self, *options: str) -> set[str]:
        listed = subprocess.run([self.program, "--list", "--format=terse", *options], capture_output=True, text=True,
                                check=True, timeout=30).stdout
        return {line.removesuffix(": test") for line in listed.splitlines() if line.endswith(": test")}


def cargo(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(["cargo", *arguments], cwd=cwd, capture_output=True, text=True, timeout=900,
                          env=clean_environment())
    if done.returncode:
        raise NotRun(f"cargo {arguments[0]} failed: {done.stderr[-300:]}")
    return done.stdout
