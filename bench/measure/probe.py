"""How fast the machine is right now: a neighbour, or a processor that has slowed down, shows in it."""

from __future__ import annotations

import hashlib
import time

BLOCK = bytes(1 << 20)
BLOCKS = 16


def probe() -> float:
    """Milliseconds that a fixed piece of work takes."""
    begin = time.perf_counter()
    digest = hashlib.sha256()
    for _ in range(BLOCKS):
        digest.update(BLOCK)
    return (time.perf_counter() - begin) * 1e3
