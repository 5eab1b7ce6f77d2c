"""Programs of a test: with a clean environment, a time limit, and nothing that outlives them."""
from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import BinaryIO

KILL_GRACE = 5.0  # seconds


def clean_environment() -> dict[str, str]:
    """Nothing that would lead a driver elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "PYTHON"))}


def run_to_end(command: list[str], output: BinaryIO, limit: float, environment: dict[str, str] | None = None,
               cwd: Path | None = None) -> int | None:
    """The exit status, None when the program had to be ended; `limit` in seconds."""
    process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                               env=environment, start_new_session=True)
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        return None
    finally:
        kill_group(process)


def kill_group(process: subprocess.Popen) -> None:
    """What a program has started ends with it; it leads a process group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait(KILL_GRACE)
