"""docs/clients.md, written from the kept results."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from .catalogue import Client, Language
from .results import load

HEAD = """# Clients

What real clients see through pgsidecar and pgBouncer in transaction mode: `tests/integration/clients` runs two copies
of a small program for each of them at once, with statement texts that both share and texts of their own, on a pool of
five servers used in turn, and compares every value with what it has to be. Written by
`python3 -m tests.integration.clients --table docs/clients.md`; nothing here is edited by hand.

*Right* counts the checks of both copies. *Through pgBouncer alone* is the same program without pgsidecar: checks that
were right, values that were wrong without any error, and errors by SQLSTATE. A client is right through pgsidecar when
as many checks are right as directly on PostgreSQL, with no wrong value and no error.
"""
COMMAND = "python3 -m tests.integration.clients --via postgres,pgbouncer,sidecar"


def page(found: list[Language], folder: Path) -> str:
    kept = [(language, load(folder, language)) for language in found]
    sections = [HEAD, summary(kept)]
    sections += [section(language, content) for language, content in kept]
    suites = folder / "suites.json"
    if suites.exists():
        sections.append(suites_section(json.loads(suites.read_text())))
    return "\n".join(sections)


def summary(kept: list[tuple[Language, dict]]) -> str:
    entries = [(client, content["clients"].get(client.name, {})) for language, content in kept
               if not content["not_run"] for client in language.clients]
    tried = [routes for _, routes in entries if "sidecar" in routes]
    both = [routes for routes in tried if "pgbouncer" in routes]
    right = sum(is_right(routes) for routes in tried)
    broken = sum(not is_clean(routes["pgbouncer"]) for routes in both)
    silent = sum(routes["pgbouncer"]["wrong"] > 0 for routes in both)
    lines = [f"{right} of {len(tried)} configurations are right through pgsidecar. Through pgBouncer alone {broken} of "
             f"{len(both)} break, {silent} of them hand out wrong values."]
    lines += [f"Not run: {language.title} ({content['not_run']['why']}, {content['not_run']['date']})."
              for language, content in kept if content["not_run"]]
    missing = [f"{language.title}: {client.name}" for language, content in kept if not content["not_run"]
               for client in language.clients if "sidecar" not in content["clients"].get(client.name, {})]
    lines += [f"Not run yet: {'; '.join(missing)}."] if missing else []
    return "\n\n".join(lines) + "\n"


def section(language: Language, content: dict) -> str:
    rows = [row(client, content["clients"][client.name]) for client in language.clients
            if content["clients"].get(client.name)]
    if content["not_run"]:
        return f"## {language.title}\n\n*Not run* on {content['not_run']['date']}: {content['not_run']['why']}\n"
    if not rows:
        return f"## {language.title}\n\n*Not run* yet.\n"
    runs = [outcome for client in language.clients for outcome in content["clients"].get(client.name, {}).values()]
    servers = sorted({f"PostgreSQL {run['postgres']}, pgBouncer {run['pgbouncer']}" for run in runs})
    dates = sorted({run["date"] for run in runs})
    lines = [f"## {language.title}", "",
             f"{' to '.join(dates[:1] + dates[1:][-1:])}; {'; '.join(servers)}. "
             f"`{COMMAND} --language {language.name}`; for one of them with the option in its row.", "",
             "| client | version | directly | through pgBouncer alone | through pgsidecar | option |",
             "|---|---|---|---|---|---|"]
    return "\n".join([*lines, *rows, ""])


def row(client: Client, routes: dict) -> str:
    version = next((routes[route]["version"] for route in ("sidecar", "postgres") if route in routes), "")
    cells = [client.name, version, cell(routes, "postgres"), cell(routes, "pgbouncer"), through_us(routes),
             f"`--client {shlex.quote(client.name)}`"]
    return "| " + " | ".join(text.replace("|", "\\|") for text in cells) + " |"


def cell(routes: dict, route: str) -> str:
    if route not in routes:
        return "not run"
    outcome = routes[route]
    if is_clean(outcome):
        return f"{outcome['right']} right"
    errors = sorted(outcome["errors"].items(), key=lambda entry: (-entry[1], entry[0]))
    parts = [f"{outcome['right']} right"]
    parts += [f"**{outcome['wrong']} wrong**"] if outcome["wrong"] else []
    parts += [f"{ERRORS.get(state, state)} ×{count}" for state, count in errors]
    return ", ".join(parts)


ERRORS = {"dead": "program ended early", "hung": "program hung", "server": "pgBouncer died", "other": "other errors",
          "connection": "connection lost", "timeout": "no answer in time", "lent": "server not returned"}


def through_us(routes: dict) -> str:
    if "sidecar" not in routes:
        return "not run"
    return f"all {routes['sidecar']['right']} right" if is_right(routes) else f"**fails**: {cell(routes, 'sidecar')}"


def is_clean(outcome: dict) -> bool:
    return outcome["right"] > 0 and not outcome["wrong"] and not outcome["errors"]


def is_right(routes: dict) -> bool:
    """As many as directly, where that was run."""
    sidecar = routes["sidecar"]
    return is_clean(sidecar) and sidecar["right"] == routes.get("postgres", sidecar)["right"]


def suites_section(content: dict) -> str:
    lines = ["## Their own test suites", "",
             f"{content['date']}. `tests/integration/suites` runs the tests that projects ship for themselves, directly "
             "and through pgsidecar and pgBouncer, and compares the names of what passes. *Listed* tests need what no "
             "pooler in transaction mode can keep; each is listed with its reason.", "",
             "| suite | version | directly | through pgsidecar | listed | command |", "|---|---|---|---|---|---|"]
    for suite in content["suites"]:
        counts = [f"{part['passed']} passed, {part['failed']} failed" for part in (suite["direct"], suite["pooled"])]
        lines.append(f"| {suite['suite']} | {suite['version']} | {counts[0]} | {counts[1]} | {suite['listed']} | "
                     f"`{suite['command']}` |")
    return "\n".join([*lines, ""])
