"""Random scripts on PostgreSQL and through pgsidecar, mostly with a rotating pgBouncer, compared message by message."""

import argparse
import sys

from ..support.stack import Stack
from . import databases
from .profiles import PROFILES
from .runs import replay, run_all


POOLERS = ["pgbouncer-1.18", "tracks-requests", "direct"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m tests.integration.differential", description=__doc__)
    parser.add_argument("--profile", default="all", help="all, or some of: " + " ".join(PROFILES))
    parser.add_argument("--scripts", type=int, default=300, help="scripts a profile (300)")
    parser.add_argument("--first", type=int, default=0, help="number of the first script (0)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other scripts (1)")
    parser.add_argument(
        "--jobs", type=int, default=2, help="workers, each with a pair of databases of its own (2)"
    )
    parser.add_argument(
        "--pooler",
        choices=POOLERS,
        default=POOLERS[0],
        help="pgsidecar's upstream.pooler; with direct there is none (pgbouncer-1.18)",
    )
    parser.add_argument(
        "--pgbouncer",
        action="append",
        default=[],
        type=setting,
        metavar="NAME=VALUE",
        help="a setting of pgBouncer; may be repeated",
    )
    parser.add_argument(
        "--replay",
        metavar="PROFILE:NUMBER",
        help="runs one script (or a file that --shrink has written) and shows it",
    )
    parser.add_argument(
        "--patience", type=float, default=8.0, help="seconds until a reply that is due is missing (8)"
    )
    parser.add_argument("--repeat", type=int, default=1, help="how often --replay runs it")
    parser.add_argument("--shrink", action="store_true", help="shortens every script that fails")
    parser.add_argument(
        "--stop-after",
        type=int,
        default=10,
        metavar="N",
        help="a worker leaves a profile after N failing scripts (10)",
    )
    parser.add_argument(
        "--verbose", action="store_true", help="shows every script that is replayed, and times"
    )
    options = parser.parse_args()
    options.profiles = (
        list(PROFILES) if options.profile == "all" else options.profile.replace(",", " ").split()
    )
    for profile in options.profiles:
        if profile not in PROFILES:
            parser.error(f"no such profile: {profile}")
    return options


def setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def stack_for(options: argparse.Namespace) -> Stack:
    upstream = "postgres" if options.pooler == "direct" else "pgbouncer"
    config = {"PGSIDECAR_UPSTREAM_POOLER": options.pooler}
    return Stack(config=config, pgbouncer_settings=dict(options.pgbouncer), upstream=upstream)


def main() -> int:
    options = arguments()
    with stack_for(options) as stack:
        databases.create_template(stack.port("postgres"))
        workers = 1 if options.replay else options.jobs
        databases.create_databases(
            stack.port("postgres"), [f"{side}_{i}" for i in range(workers) for side in ("direct", "proxied")]
        )
        pgbouncer_port = None if options.pooler == "direct" else stack.port("pgbouncer")
        ports = [stack.port("postgres"), pgbouncer_port, stack.port("sidecar")]
        status = replay(options, ports) if options.replay else run_all(options, ports)
        stack.check()
        return status


if __name__ == "__main__":
    sys.exit(main())
