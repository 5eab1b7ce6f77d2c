"""The differential test and the CI set of clients on PostgreSQL servers of other versions.

    python3 -m tests.integration.servers install        # all of versions.toml, into build/servers
    python3 -m tests.integration.servers run 14 18      # 100 scripts a profile, and the clients
    python3 -m tests.integration.servers run --weekly   # 1000 scripts a profile on 14, 16, 17 and 18
"""

from __future__ import annotations

import argparse
import sys

from .installation import InstallationError, install, known
from .runs import TESTS, report, run

USUAL = "15"  # Debian's, on which everything is run every time
SMALL, WEEKLY = 100, 1000


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m tests.integration.servers", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    installs = commands.add_parser("install", help="puts servers under build/servers/VERSION")
    runs = commands.add_parser("run", help="installs what is missing and runs the tests on it")
    for each in (installs, runs):
        each.add_argument("versions", nargs="*", metavar="VERSION", help=f"of {', '.join(known())}; default: the others")
    runs.add_argument("--scripts", type=int, metavar="N", help=f"of the differential test, a profile ({SMALL})")
    runs.add_argument("--weekly", action="store_true", help=f"the same as --scripts {WEEKLY}")
    runs.add_argument("--only", choices=TESTS, help="one of the two")
    arguments = parser.parse_args(argv)
    arguments.versions = arguments.versions or [version for version in known() if version != USUAL]
    for version in arguments.versions:
        if version not in known():
            parser.error(f"no version {version}; there are {', '.join(known())}")
    return arguments


def main(argv: list[str]) -> int:
    arguments = parse(argv)
    try:
        servers = {version: install(version) for version in arguments.versions}
    except InstallationError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.command == "install":
        for version, server in servers.items():
            print(f"{version}: {server}")
        return 0
    scripts = arguments.scripts or (WEEKLY if arguments.weekly else SMALL)
    tests = [arguments.only] if arguments.only else TESTS
    return report([run(test, version, server, scripts) for version, server in servers.items() for test in tests])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
