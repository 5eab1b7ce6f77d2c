"""The runner itself, with programs made for it: right, wrong, dying, hanging, silent, and a language without tools."""

from __future__ import annotations

import json
import stat
import textwrap

import pytest

from . import table
from .__main__ import main
from .catalogue import CatalogueError, languages
from .servers import Servers

RIGHT = """
    print("noise")
    print("ready", flush=True)
    assert sys.stdin.readline() == "go\\n"
    report(right=3)
"""
PROGRAMS = {
    "right": RIGHT,
    "wrong": "print('ready', flush=True); sys.stdin.readline(); report(right=2, wrong=1)",
    "failing": "print('ready', flush=True); sys.stdin.readline(); report(right=2, errors={'26000': 1})",
    "dying": "sys.exit('no such driver')",
    "silent": "print('ready', flush=True); sys.stdin.readline(); print('all is well')",
    "hanging": "import time; print('ready', flush=True); time.sleep(60)",
    "one dies": "\n    if os.environ['CLIENT_COPY'] == 'a': sys.exit(3)" + RIGHT,
    "fewer behind us": "print('ready', flush=True); sys.stdin.readline();"
                       " report(right=3 if os.environ['ROUTE'] == 'postgres' else 2)",
    "fails without us": "print('ready', flush=True); sys.stdin.readline();"
                        " report(right=2, errors={'26000': 1} if os.environ['ROUTE'] == 'pgbouncer' else {})",
}
HEAD = """
import json, os, sys
def report(right=0, wrong=0, errors={}):
    print(json.dumps(dict(client="fake", version="1.0", right=right, wrong=wrong, errors=errors, first=[],
                          groups=dict(common=[right, wrong, sum(errors.values())]))))
"""


class NoServers(Servers):
    """A program learns its route and meets no server."""

    def __init__(self):
        super().__init__(stack=None)

    def versions(self):
        return {"postgres": "15.0", "pgbouncer": "1.18.0"}

    def database(self, route):
        import contextlib
        import os

        return contextlib.nullcontext(dict(os.environ) | {"ROUTE": route})

    def examine(self, route, environment, outcome):
        pass


class Bench:
    """A folder of languages and the runner on it."""

    def __init__(self, path, capsys):
        self.folder, self.build, self._capsys = path / "clients", path / "build", capsys

    def add(self, language, *names, setup="exit 0", **options):
        source = self.folder / language
        source.mkdir(parents=True)
        entries = [f'[language]\ntitle = "{language.title()}"']
        for name in names:
            (source / f"{name}.py").write_text(HEAD + textwrap.dedent(PROGRAMS[name]))
            entries.append(f'[[client]]\nname = "{name}"\ncommand = ["python3", "{{source}}/{name}.py"]')
            entries += [f"{key} = {value}" for key, value in options.items()]
        (source / "clients.toml").write_text("\n".join(entries))
        (source / "setup").write_text(f"#!/bin/sh\n{setup}\n")
        (source / "setup").chmod(stat.S_IRWXU)
        return self

    def run(self, *arguments, servers=None):
        status = main(list(arguments), self.folder, self.build, servers or NoServers())
        return status, self._capsys.readouterr().out

    def kept(self, language, client):
        return json.loads((self.build / "results" / f"{language}.json").read_text())["clients"][client]


@pytest.fixture
def bench(tmp_path, capsys):
    return Bench(tmp_path, capsys)


def test_right(bench):
    status, out = bench.add("python", "right").run()
    assert status == 0 and out.endswith("\n1 passed, 0 failed\n")
    assert "Python: right [1.0] sidecar: 6 right, 0 wrong, 0 errors" in out
    assert bench.kept("python", "right")["sidecar"]["groups"] == {"common": [6, 0, 0]}


@pytest.mark.parametrize("name, said", [
    ("wrong", "4 right, 2 wrong, 0 errors"), ("failing", "2 errors (26000 x2)"), ("dying", "no such driver"),
    ("silent", "printed no result"), ("one dies", "3 right, 0 wrong, 1 errors (dead x1)"),
])
def test_failed(bench, name, said):
    status, out = bench.add("python", name).run()
    assert status == 1 and out.endswith("\n0 passed, 1 failed\n") and said in out


def test_a_program_that_hangs_is_ended(bench):
    status, out = bench.add("python", "hanging", timeout=1).run()
    assert status == 1 and "hung x2" in out and "copy a did not end in time" in out


def test_a_program_that_cannot_be_started(bench):
    bench.add("python", "right")
    file = bench.folder / "python/clients.toml"
    file.write_text(file.read_text().replace("python3", "{build}/nowhere"))
    status, out = bench.run()
    assert status == 1 and "cannot be started" in out


def test_as_many_right_as_directly(bench):
    bench.add("python", "fewer behind us")
    assert bench.run()[0] == 0
    status, out = bench.run("--via", "sidecar,postgres")
    assert status == 1 and out.index("] postgres: 6 right") < out.index("] sidecar: 4 right")


def test_the_bare_pooler_may_fail(bench):
    assert bench.add("python", "fails without us").run("--via", "pgbouncer,postgres,sidecar")[0] == 0
    assert bench.kept("python", "fails without us")["pgbouncer"]["errors"] == {"26000": 2}


def test_a_language_without_its_toolchain_is_not_run(bench):
    bench.add("python", "right").add("go", "right", setup="echo go 1.24 or newer is not there >&2; exit 69")
    status, out = bench.run()
    assert status == 0 and "Go: not run: go 1.24 or newer is not there" in out
    assert out.endswith("\nnot run: Go\n1 passed, 0 failed\n")
    assert bench.run("--all")[0] == 1


def test_preparing_installs_and_runs_nothing(bench):
    bench.add("go", "wrong", setup='touch "$1/installed"').add("perl", "right", setup="echo no perl >&2; exit 69")
    assert bench.run("--prepare") == (0, "Perl: will not be run: no perl\n")
    assert (bench.build / "go/installed").exists() and not (bench.build / "results").exists()
    bench.add("rust", "right", setup="exit 1")
    assert bench.run("--prepare")[0] == 1


def test_a_failing_setup_fails_its_clients(bench):
    status, out = bench.add("python", "right", "wrong", setup="echo no such package; exit 1").run()
    assert status == 1 and "no such package" in out and out.endswith("\n0 passed, 2 failed\n")


def test_selection(bench):
    bench.add("python", "right", ci="true").add("go", "right", "wrong")
    assert bench.run("--ci", "--list")[1] == "python: right (ci)\n"
    assert bench.run("--language", "go", "--client", "ri", "--list")[1] == "go: right\n"
    assert bench.run("--client", "right", "--list")[1] == "go: right\npython: right (ci)\n"
    assert bench.run("--language", "cobol")[0] == 2
    assert bench.run("--client", "nobody")[0] == 1, "nothing selected is not a success"


@pytest.mark.parametrize("text", ["", "[language]\n", '[language]\ntitle = "X"\n[[client]]\nname = "a"\n',
                                  '[language]\ntitle = "X"\nname = "x"\n', "[language"])
def test_bad_catalogue(bench, text):
    bench.add("python", "right")
    (bench.folder / "python/clients.toml").write_text(text)
    with pytest.raises(CatalogueError, match="python/clients.toml: "):
        languages(bench.folder, bench.build)


def test_table(bench, tmp_path):
    bench.add("python", "right", "fails without us").add("go", "right", setup="exit 69").add("rust", "wrong")
    bench.run("--via", "postgres,pgbouncer,sidecar")
    (bench.build / "results/suites.json").write_text(json.dumps({"date": "2026-01-02", "suites": [
        {"suite": "s", "version": "3", "direct": {"passed": 5, "failed": 1}, "pooled": {"passed": 4, "failed": 2},
         "listed": 1, "command": "run s"}]}))
    page = table.page(languages(bench.folder, bench.build), bench.build / "results")
    assert "2 of 3 configurations are right through pgsidecar. Through pgBouncer alone 2 of 3 break, 1 of them hand" in page
    assert "| right | 1.0 | 6 right | 6 right | all 6 right | `--client right` |" in page
    assert "| 4 right | 4 right, 26000 ×2 | all 4 right | `--client 'fails without us'` |" in page
    assert "**fails**: 4 right, **2 wrong**" in page and "Not run: Go (its toolchain is not there" in page
    assert "| s | 3 | 5 passed, 1 failed | 4 passed, 2 failed | 1 | `run s` |" in page


def test_on_real_servers(bench, stack):
    """Each route leads to a database of its own, which is gone afterwards."""
    PROGRAMS["asking"] = """
        from tests.integration.support.simple_client import SimpleClient
        print("ready", flush=True); sys.stdin.readline()
        with SimpleClient(int(os.environ["PGPORT"]), database=os.environ["PGDATABASE"]) as client:
            database = client.query("SELECT current_database() AS name, current_setting('jit') AS jit")[0]
        report(right=int(database == {"name": os.environ["PGDATABASE"], "jit": "off"}))
    """
    bench.add("python", "asking")
    from tests.integration.support.stack import ROOT

    file = bench.folder / "python/clients.toml"
    file.write_text(file.read_text().replace('"python3"', f'"env", "PYTHONPATH={ROOT}", "python3"'))
    status, out = bench.run("--via", "postgres,pgbouncer,sidecar", servers=Servers(stack))
    assert status == 0 and out.count(": 2 right, 0 wrong, 0 errors") == 3, out
    assert stack.postgres.psql("SELECT count(*) FROM pg_database WHERE datname LIKE 'client_%'") == "0"
