"""python3 -m tests.integration.differential: random scripts on PostgreSQL and through pgsidecar, compared message by message."""
import argparse
import multiprocessing
import sys
import time
from pathlib import Path

from ..support.stack import Stack
from . import conversation, databases
from .bench import Bench
from .profiles import PROFILES
from .report import describe
from .script import Script
from .shrink import shrink
from .worker import Tally, make_script, run_profile


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='python3 -m tests.integration.differential', description=__doc__)
    parser.add_argument('--profile', default='all', help='all, or some of: ' + ' '.join(PROFILES))
    parser.add_argument('--scripts', type=int, default=300, help='scripts a profile (300)')
    parser.add_argument('--first', type=int, default=0, help='number of the first script (0)')
    parser.add_argument('--seed', type=int, default=1, help='another seed, other scripts (1)')
    parser.add_argument('--jobs', type=int, default=2, help='workers, each with a pair of databases of its own (2)')
    parser.add_argument('--replay', metavar='PROFILE:NUMBER', help='runs one script (or a file that --shrink has written) and shows it')
    parser.add_argument('--repeat', type=int, default=1, help='how often --replay runs it')
    parser.add_argument('--shrink', action='store_true', help='shortens every script that fails')
    parser.add_argument('--stop-after', type=int, default=10, metavar='N', help='failing scripts to show for each worker and profile (10)')
    parser.add_argument('--verbose', action='store_true', help='shows every script that is replayed, and times')
    options = parser.parse_args()
    options.profiles = list(PROFILES) if options.profile == 'all' else options.profile.replace(',', ' ').split()
    for profile in options.profiles:
        if profile not in PROFILES:
            parser.error(f'no such profile: {profile}')
    return options


def main() -> int:
    options = arguments()
    with Stack() as stack:
        databases.create_template(stack.port('postgres'))
        workers = 1 if options.replay else options.jobs
        databases.create_databases(stack.port('postgres'), [f'{side}_{i}' for i in range(workers) for side in ('direct', 'proxied')])
        ports = [stack.port(via) for via in ('postgres', 'pgbouncer', 'sidecar')]
        status = replay(options, ports) if options.replay else run_all(options, ports)
        stack.check()
        return status


# ---------------------------------------------------------------- all scripts
def run_all(options: argparse.Namespace, ports: list[int]) -> int:
    began = time.monotonic()
    context = multiprocessing.get_context('spawn')
    results = context.Queue()
    workers = [context.Process(target=work, args=(options, ports, i, results), daemon=True) for i in range(options.jobs)]
    for worker in workers:
        worker.start()
    total, crashed = Tally(), []
    for _ in workers:
        tally, error = results.get()
        total.add(tally)
        crashed += [error] if error else []
    for worker in workers:
        worker.join()
    return summary(options, total, crashed, time.monotonic() - began)


def work(options: argparse.Namespace, ports: list[int], number: int, results) -> None:
    tally, error = Tally(), ''
    try:
        bench = Bench(*ports, number)
        for profile in options.profiles:
            numbers = range(options.first + number, options.first + options.scripts, options.jobs)
            shown = 0
            for script_number, script, outcome in run_profile(bench, profile, numbers, options.seed, tally):
                shown += 1
                if shown <= options.stop_after:
                    show_failure(options, bench, f'{profile}:{script_number}', script, outcome)
        bench.close()
        tally.looks = bench.looks
    except Exception as problem:
        error = f'worker {number}: {problem!r}' if not isinstance(problem, RuntimeError) else str(problem)
    results.put((tally, error))


def show_failure(options: argparse.Namespace, bench: Bench, title: str, script: Script, outcome) -> None:
    if not options.shrink:
        print(describe(f'{title} (--seed {options.seed})', script, outcome), flush=True)
        return
    shorter = shorten(bench, script)
    last = bench.run(shorter)
    if not last.differences:
        shorter, last = script, outcome
        title += ', not every time'
    path = Path('build') / 'differential' / f'{title.replace(":", "-").split(",")[0]}.json'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(shorter.dump())
    print(describe(f'{title} (--seed {options.seed}), shortened, --replay {path}', shorter, last), flush=True)


def shorten(bench: Bench, script: Script) -> Script:
    limit, conversation.HANG_LIMIT = conversation.HANG_LIMIT, 1.5
    try:
        return shrink(script, lambda candidate: bool(bench.run(candidate).differences))
    finally:
        conversation.HANG_LIMIT = limit


def summary(options: argparse.Namespace, total: Tally, crashed: list[str], seconds: float) -> int:
    for error in crashed:
        print(error)
    if options.verbose:
        print('seconds of all workers:', {name: round(value, 1) for name, value in total.seconds.items()})
    print(f'{total.scripts} scripts, {total.replies} replies, {total.looks} looks of other sessions, {total.silences} ends by silence, '
          f'{seconds:.0f} s; 0A000 of PostgreSQL itself: {total.changed}')
    bad = list(crashed)
    if 'ddl' in options.profiles and options.scripts >= 100:
        bad += [f'no changed result at {where}: the profile ddl tests nothing' for where, count in total.changed.items() if not count]
    if total.failures:
        print('differences in ' + ' '.join(f'{p}:{n}' for p, n in sorted(total.failures)))
    for line in bad:
        print(line)
    print(f'{total.scripts - len(total.failures)} passed, {len(total.failures) + len(bad)} failed')
    return 1 if bad or total.failures else 0


# ---------------------------------------------------------------- one script
def replay(options: argparse.Namespace, ports: list[int]) -> int:
    bench = Bench(*ports, 0)
    if Path(options.replay).is_file():
        script = Script.load(Path(options.replay).read_text())
    else:
        profile, number = options.replay.split(':')
        script = make_script(profile, int(number), options.seed)
    failed = 0
    for _ in range(options.repeat):
        outcome = bench.run(script)
        failed += bool(outcome.differences)
        if outcome.differences and options.shrink:
            show_failure(options, bench, options.replay, script, outcome)
        elif outcome.differences or options.verbose or options.repeat == 1:
            print(describe(options.replay, script, outcome))
    bench.close()
    print(f'{options.repeat - failed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
