"""Runs many scripts with several workers, or one script again, and reports."""

import argparse
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from .bench import Bench
from .conversation import patience
from .report import describe
from .script import Script
from .shrink import shrink
from .worker import Tally, make_script, run_profile

ENOUGH = 200  # scripts after which every kind of 0A000 must have come up


# ---------------------------------------------------------------- all scripts
def run_all(options: argparse.Namespace, ports: list[int | None]) -> int:
    began = time.monotonic()
    total, crashed = Tally(), []
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn")) as workers:
        for future in [workers.submit(work, options, ports, i) for i in range(options.jobs)]:
            tally, error = future.result()
            total.add(tally)
            crashed += [error] if error else []
    return summary(options, total, crashed, time.monotonic() - began)


def work(options: argparse.Namespace, ports: list[int | None], number: int) -> tuple[Tally, str]:
    tally, error = Tally(), ""
    patience.reply = patience.pool = options.patience
    try:
        bench = Bench(*ports, number)
        for profile in options.profiles:
            numbers = range(options.first + number, options.first + options.scripts, options.jobs)
            shown = 0
            for script_number, script, outcome in run_profile(bench, profile, numbers, options.seed, tally):
                shown += 1
                show_failure(options, bench, f"{profile}:{script_number}", script, outcome)
                if shown == options.stop_after:
                    break
        bench.close()
        tally.looks = bench.looks
    except Exception as problem:  # the workers' results are worth having without this one's
        error = f"worker {number}: {problem!r}" if not isinstance(problem, RuntimeError) else str(problem)
    return tally, error


def show_failure(options: argparse.Namespace, bench: Bench, title: str, script: Script, outcome) -> None:
    if not options.shrink:
        print(describe(f"{title} (--seed {options.seed})", script, outcome), flush=True)
        return
    shorter = shorten(bench, script)
    last = bench.run(shorter)
    if not last.differences:
        shorter, last = script, outcome
        title += ", not every time"
    path = Path("build") / "differential" / f'{title.replace(":", "-").split(",")[0]}.json'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(shorter.dump())
    print(describe(f"{title} (--seed {options.seed}), shortened, --replay {path}", shorter, last), flush=True)


def shorten(bench: Bench, script: Script) -> Script:
    usual, patience.reply = patience.reply, min(patience.reply, 1.5)
    try:
        return shrink(script, lambda candidate: bool(bench.run(candidate).differences))
    finally:
        patience.reply = usual


def summary(options: argparse.Namespace, total: Tally, crashed: list[str], seconds: float) -> int:
    for error in crashed:
        print(error)
    if options.verbose:
        print("seconds of all workers:", {name: round(value, 1) for name, value in total.seconds.items()})
    print(
        f"{total.scripts} scripts, {total.replies} replies, {total.looks} looks of other sessions, "
        f"{total.silences} ends by silence, "
        f"{total.kept} kept differences, {seconds:.0f} s; 0A000 of PostgreSQL itself: {total.changed}"
    )
    bad = list(crashed)
    if "ddl" in options.profiles and options.scripts >= ENOUGH:
        bad += [
            f"no changed result at {where}: the profile ddl tests nothing"
            for where, count in total.changed.items()
            if not count
        ]
    if total.failures:
        print("differences in " + " ".join(f"{p}:{n}" for p, n in sorted(total.failures)))
    for line in bad:
        print(line)
    print(f"{total.scripts - len(total.failures)} passed, {len(total.failures) + len(bad)} failed")
    return 1 if bad or total.failures else 0


# ---------------------------------------------------------------- one script
def replay(options: argparse.Namespace, ports: list[int | None]) -> int:
    bench = Bench(*ports, 0)
    if Path(options.replay).is_file():
        script = Script.load(Path(options.replay).read_text())
    else:
        profile, number = options.replay.split(":")
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
    print(f"{options.repeat - failed} passed, {failed} failed")
    return 1 if failed else 0
