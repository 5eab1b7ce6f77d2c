"""Runs real clients, two copies of each at once, directly, through the bare pooler and through pgsidecar."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from pathlib import Path

from . import table
from .catalogue import BUILD, FOLDER, CatalogueError, Client, Language, NotRun, languages
from .program import Outcome, run_copies
from .results import Results
from .servers import Servers, started

ROUTES = ("postgres", "pgbouncer", "sidecar")  # in this order: what is right directly is known first


class Run:
    """`servers` are those of the caller; `selected` pairs a language with its clients to run."""

    def __init__(self, servers: Servers, routes: list[str], results: Results):
        self._servers = servers
        self._routes = routes
        self._results = results
        self.passed = self.failed = 0
        self.not_run: list[str] = []

    def language(self, language: Language, clients: list[Client]) -> None:
        try:
            language.set_up()
        except NotRun as error:
            self.not_run.append(language.title)
            self._results.keep_not_run(language, str(error))
            print(f"{language.title}: not run: {error}", flush=True)
        except (RuntimeError, OSError) as error:
            self.failed += len(clients)
            print(f"{language.title}: FAILED: {error}", flush=True)
        else:
            for client in clients:
                self._client(language, client)

    def _client(self, language: Language, client: Client) -> None:
        outcomes: dict[str, Outcome] = {}
        for route in self._routes:
            began = time.monotonic()
            outcomes[route] = self._route(language, client, route)
            seconds = time.monotonic() - began
            verdict = "" if accepted(route, outcomes) else "  FAILED"
            print(f"{language.title}: {client.name} [{outcomes[route].version}] {route}: {outcomes[route]}, "
                  f"{seconds:.1f} s{verdict}", flush=True)
            if verdict:
                print("".join(f"    {line}\n" for text in outcomes[route].first for line in text.splitlines()), end="")
        if all(accepted(route, outcomes) for route in outcomes):
            self.passed += 1
        else:
            self.failed += 1
        self._results.keep(language, client, outcomes)

    def _route(self, language: Language, client: Client, route: str) -> Outcome:
        with self._servers.database(route) as environment:
            outcome = run_copies(language.command(client), environment, client.copies, client.timeout)
            self._servers.examine(route, environment, outcome)
        return outcome


def accepted(route: str, outcomes: dict[str, Outcome]) -> bool:
    """The bare pooler may do what it likes; through pgsidecar all has to be as it is directly."""
    if route == "pgbouncer":
        return True
    direct = outcomes.get("postgres", outcomes[route])
    return outcomes[route].clean and outcomes[route].right == direct.right


def select(found: list[Language], arguments: argparse.Namespace) -> list[tuple[Language, list[Client]]]:
    wanted = arguments.language.split(",") if arguments.language else [language.name for language in found]
    if unknown := set(wanted) - {language.name for language in found}:
        raise CatalogueError(f"no language {', '.join(sorted(unknown))}")
    chosen = [(language, [client for client in named(language.clients, arguments.client)
                          if client.ci or not arguments.ci])
              for language in found if language.name in wanted]
    return [(language, clients) for language, clients in chosen if clients]


def named(clients: list[Client], text: str) -> list[Client]:
    """The one with this name, else all with this in their names."""
    return [client for client in clients if client.name == text] or [
        client for client in clients if text in client.name]


def routes_of(text: str) -> list[str]:
    wanted = text.split(",")
    if unknown := set(wanted) - set(ROUTES):
        raise argparse.ArgumentTypeError(f"no route {', '.join(sorted(unknown))}; there are {', '.join(ROUTES)}")
    return [route for route in ROUTES if route in wanted]


def installation_of(text: str) -> Path:
    path = Path(text).resolve()
    if not (path / "bin" / "postgres").exists():
        raise argparse.ArgumentTypeError(f"{path}/bin/postgres does not exist")
    return path


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m tests.integration.clients", description=__doc__)
    parser.add_argument("--language", metavar="NAME[,NAME]", help="only these, by the names of their folders")
    parser.add_argument("--client", metavar="TEXT", default="", help="only the client TEXT, or those with TEXT in their names")
    parser.add_argument("--ci", action="store_true", help="only the first set, which every CI run takes")
    parser.add_argument("--all", action="store_true", help="a language that cannot be run is a failure")
    parser.add_argument("--via", metavar="ROUTE[,ROUTE]", type=routes_of, default=["sidecar"],
                        help=f"{', '.join(ROUTES)}; default: sidecar")
    parser.add_argument("--prepare", action="store_true", help="installs and builds what they need and runs none")
    parser.add_argument("--list", action="store_true", help="names the clients and runs none")
    parser.add_argument("--postgres", metavar="DIRECTORY", type=installation_of,
                        help="another PostgreSQL, with bin and lib; its results are kept apart")
    parser.add_argument("--table", metavar="FILE", type=Path, help="writes the kept results as a page and runs none")
    return parser.parse_args(argv)


def main(argv: list[str], folder: Path = FOLDER, build: Path = BUILD, servers: Servers | None = None) -> int:
    arguments = parse(argv)
    try:
        found = languages(folder, build)
        chosen = select(found, arguments)
    except CatalogueError as error:
        print(error, file=sys.stderr)
        return 2
    if arguments.table:
        arguments.table.write_text(table.page(found, build / "results"))
        return 0
    if arguments.list:
        print_names(chosen)
        return 0
    if arguments.prepare:
        return prepare(chosen)
    return run(chosen, arguments, build, servers)


def prepare(chosen: list[tuple[Language, list[Client]]]) -> int:
    failed = 0
    for language, _ in chosen:
        try:
            language.set_up()
        except NotRun as error:
            print(f"{language.title}: will not be run: {error}")
        except (RuntimeError, OSError) as error:
            failed += 1
            print(f"{language.title}: FAILED: {error}")
    return 1 if failed else 0


def print_names(chosen: list[tuple[Language, list[Client]]]) -> None:
    for language, clients in chosen:
        for client in clients:
            print(f"{language.name}: {client.name}{' (ci)' if client.ci else ''}")


def run(chosen: list[tuple[Language, list[Client]]], arguments: argparse.Namespace, build: Path,
        servers: Servers | None) -> int:
    with contextlib.ExitStack() as context:
        servers = servers or context.enter_context(started(arguments.postgres))
        versions = servers.versions()
        kept = build / "results"
        if arguments.postgres:
            kept /= f"postgres-{versions['postgres']}"
        work = Run(servers, arguments.via, Results(versions, kept))
        for language, clients in chosen:
            work.language(language, clients)
    return summary(work, arguments.all)


def summary(work: Run, all_of_them: bool) -> int:
    if work.not_run:
        print(f"not run: {', '.join(work.not_run)}")
    print(f"{work.passed} passed, {work.failed} failed")
    if work.passed + work.failed == 0 and not work.not_run:
        print("no client is selected", file=sys.stderr)
        return 1
    return 1 if work.failed or (all_of_them and work.not_run) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
