"""Delta debugging: the smallest part of a failing script that still fails."""

from dataclasses import replace
from typing import Callable

from .script import Script


def shrink(script: Script, fails: Callable[[Script], bool], tries: int = 400) -> Script:
    """Leaves out steps, then messages, then joins steps, as long as the rest fails."""
    budget = [tries]

    def still_fails(candidate: Script) -> bool:
        budget[0] -= 1
        return budget[0] >= 0 and fails(candidate)

    before = None
    while before != script and budget[0] > 0:
        before = script
        if script.pieces and still_fails(whole := replace(script, pieces=0)):
            script = whole
        script = _without_parts(
            script, list(script.steps), lambda parts: script.with_steps(parts), still_fails
        )
        pairs = [(i, m) for i, step in enumerate(script.steps) for m in (step.messages or (None,))]
        script = _without_parts(script, pairs, lambda parts, s=script: _from_messages(s, parts), still_fails)
    return script


def _without_parts(
    script: Script, parts: list, build: Callable[[list], Script], fails: Callable[[Script], bool]
) -> Script:
    size = max(len(parts) // 2, 1)
    while parts:
        start = 0
        while start < len(parts):
            rest = parts[:start] + parts[start + size :]
            if fails(candidate := build(rest)):
                script, parts = candidate, rest
            else:
                start += size
        if size == 1:
            break
        size //= 2
    return script


def _from_messages(script: Script, pairs: list) -> Script:
    steps = []
    for i, step in enumerate(script.steps):
        messages = tuple(m for at, m in pairs if at == i)
        if step.elsewhere and messages:
            steps.append(step)
        elif messages:
            steps.append(step._replace(messages=messages))
    return script.with_steps(steps)
