"""What differs between the two sides of a script."""

import itertools
import re
from dataclasses import dataclass, field

from .conversation import Transcript
from .kept import kept
from .script import Script
from .wire import EOF, HANG, Message, comparable, error_fields

LAST_WORD = re.compile("unexpected EOF on client connection|unexpected message type 0x58 during COPY")


@dataclass
class Outcome:
    direct: Transcript
    proxied: Transcript
    differences: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    first: int = -1  # index of the first reply that differs


def compare(script: Script, direct: Transcript, proxied: Transcript, version: int) -> Outcome:
    """`version`: the major one of PostgreSQL."""
    outcome = Outcome(direct, proxied)
    wanted, got = _statuses_sorted(direct.replies), _statuses_sorted(proxied.replies)
    if script.leave and not _ended_before_leaving(direct):
        wanted, got = _before_leaving(script, direct, proxied)
    for i in range(max(len(wanted), len(got))):
        native, ours = wanted[i : i + 1], got[i : i + 1]
        if [comparable(r) for r in native] != [comparable(r) for r in ours]:
            if native and ours and (reason := kept(native[0], ours[0], version)):
                outcome.kept.append(reason)
                continue
            outcome.first = i
            outcome.differences.append(f"reply {i + 1} differs")
            break
    outcome.differences += proxied.stuck
    if direct.elsewhere != proxied.elsewhere:
        outcome.differences.append(
            f"other sessions: {direct.elsewhere} directly, {proxied.elsewhere} through the pooler"
        )
    return outcome


def _statuses_sorted(replies: list[Message]) -> list[Message]:
    """ParameterStatus messages that come in a row come in any order."""
    sorted_runs: list[Message] = []
    for is_status, run in itertools.groupby(replies, lambda reply: reply.type == "S"):
        sorted_runs += sorted(run) if is_status else run
    return sorted_runs


def _ended_before_leaving(transcript: Transcript) -> bool:
    return transcript.ended and transcript.left_at == len(transcript.replies)


def _before_leaving(
    script: Script, direct: Transcript, proxied: Transcript
) -> tuple[list[Message], list[Message]]:
    """After Terminate or EOF PostgreSQL keeps what nobody has asked it to flush, which the proxy may pass on: what
    PostgreSQL has sent must be there, more may follow. Who closes its socket reads nothing any more.
    """
    if script.leave in ("close", "reset"):
        return direct.replies[: direct.left_at], proxied.replies[: proxied.left_at]
    wanted = _without_last_word(direct.replies)
    got = [r for r in proxied.replies if r.type != EOF]
    return wanted, got[: len(wanted)] + [r for r in got[len(wanted) :] if r.type == HANG]


def _without_last_word(replies: list[Message]) -> list[Message]:
    """Terminate and EOF during copy-in are errors to PostgreSQL, which the proxy has no reason to provoke."""
    kept = []
    for reply in replies:
        if reply.type == EOF or reply.type == "E" and LAST_WORD.match(error_fields(reply.body).get("M", "")):
            break
        kept.append(reply)
    return kept


def changed_results(transcript: Transcript) -> dict[str, int]:
    """How often PostgreSQL itself has said 0A000, `cached plan must not change result type`, and where."""
    counts = {"bind": 0, "describe": 0, "query": 0, "in a block": 0}
    places = {"B": "bind", "D": "describe", "Q": "query"}
    status, errors = "I", iter(transcript.failed)
    for reply in transcript.replies:
        if reply.type == "Z":
            status = reply.body.decode()
        if reply.type == "E":
            place, fields = next(errors), error_fields(reply.body)
            if fields.get("C") == "0A000" and fields.get("R") == "RevalidateCachedQuery":
                counts[places.get(place, "query")] += 1
                counts["in a block"] += status == "T"
    return counts
