"""A script that failed, as a reader wants to see it."""

from .compare import Outcome
from .script import Script
from .wire import comparable, show_reply


def describe(title: str, script: Script, outcome: Outcome) -> str:
    lines = [f"=== {title}: " + "; ".join(outcome.differences)]
    start = 0
    marks = outcome.direct.marks
    for number, step in enumerate(script.steps):
        lines.append(f"  {step}")
        end = marks[number] if number < len(marks) else len(outcome.direct.replies)
        lines += _both(outcome, start, end)
        start = end
    lines.append(
        f'  (leaves: {script.leave or "ordinary end"}{", in pieces of 1-7 bytes" if script.pieces else ""})'
    )
    lines += _both(outcome, start, None)
    return "\n".join(lines)


def _both(outcome: Outcome, start: int, end: int | None) -> list[str]:
    direct, proxied = outcome.direct.replies[start:end], outcome.proxied.replies[start:end]
    if [comparable(r) for r in direct] == [comparable(r) for r in proxied]:
        return [f"      = {_line(direct)}"] if direct else []
    full = start <= outcome.first < (end if end is not None else 1 << 30)
    return [f"      direct  {_line(direct, full)}", f"      proxied {_line(proxied, full)}"]


def _line(replies: list, full: bool = False) -> str:
    return " ".join(show_reply(r, full) for r in replies)
