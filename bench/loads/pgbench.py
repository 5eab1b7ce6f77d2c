"""pgbench as a client: how it is run, and what it says."""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Sequence

from bench.measure.cell import Effort, Outcome
from tests.integration.support.processes import clean_environment
from tests.integration.support.stack import binary

SHORT = 20  # transactions of a client in a short run
LOGGED = 0.2  # of the transactions, so that writing the log does not become the load
PATIENCE = 60.0  # seconds


class PgbenchError(RuntimeError):
    pass


def run(
    port: int,
    effort: Effort,
    mode: str,
    clients: int,
    script: Path | str,
    options: Sequence[str] = (),
    sslmode: str = "prefer",
) -> Outcome:
    """`script` is a file, or the name of a built-in one."""
    folder = Path(tempfile.mkdtemp(prefix="pgsidecar-pgbench-"))
    length = ["-t", str(SHORT)] if effort.short else ["-T", str(max(1, round(effort.seconds)))]
    what = ["-f", str(script)] if isinstance(script, Path) else ["-b", script]
    log = ["-l", f"--log-prefix={folder}/log", f"--sampling-rate={1 if effort.short else LOGGED}"]
    command = [
        binary("pgbench"),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-U",
        "postgres",
        "-n",
        "-M",
        mode,
        "-c",
        str(clients),
        "-j",
        str(min(clients, 2)),
        *length,
        *what,
        *log,
        *options,
        f"dbname=postgres sslmode={sslmode}",
    ]
    try:
        before = children_cpu()
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=clean_environment(),
            timeout=PATIENCE + effort.seconds,
        )
        cpu = children_cpu() - before
        if done.returncode or done.stderr.strip():
            raise PgbenchError(f"{' '.join(command)}: {done.stderr or done.stdout}")
        return parse(done.stdout, [file.read_text() for file in folder.iterdir()], cpu)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def children_cpu() -> float:
    """Seconds, of the programs that were run to their end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def parse(report: str, logs: list[str], cpu: float) -> Outcome:
    processed = re.search(r"^number of transactions actually processed: (\d+)", report, re.MULTILINE)
    failed = re.search(r"^number of failed transactions: (\d+)", report, re.MULTILINE)
    tps = re.search(r"^tps = ([\d.]+) ", report, re.MULTILINE)
    if not processed or not tps or int(processed[1]) == 0 or (failed and int(failed[1])):
        raise PgbenchError(f"not every transaction was made:\n{report}")
    return Outcome(int(processed[1]), int(processed[1]) / float(tps[1]), latencies(logs), cpu)


def latencies(logs: list[str]) -> list[float]:
    """ms; the third field of a line is in µs."""
    return [int(line.split()[2]) / 1e3 for log in logs for line in log.splitlines()]
