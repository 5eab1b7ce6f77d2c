"""What differs between the two sides of a script."""
from dataclasses import dataclass, field

from .conversation import Transcript
from .script import Script
from .wire import EOF, Message, comparable, error_fields


@dataclass
class Outcome:
    direct: Transcript
    proxied: Transcript
    differences: list[str] = field(default_factory=list)
    first: int = -1                       # index of the first reply that differs


def compare(script: Script, direct: Transcript, proxied: Transcript) -> Outcome:
    outcome = Outcome(direct, proxied)
    wanted, got = [comparable(r) for r in direct.replies], [comparable(r) for r in proxied.replies]
    if script.leave and not _ended_before_leaving(direct):
        wanted, got = _before_leaving(script, direct, proxied)
    for i in range(max(len(wanted), len(got))):
        if wanted[i:i + 1] != got[i:i + 1]:
            outcome.first = i
            outcome.differences.append(f'reply {i + 1} differs')
            break
    if direct.elsewhere != proxied.elsewhere:
        outcome.differences.append(f'other sessions: {direct.elsewhere} directly, {proxied.elsewhere} through the pooler')
    return outcome


def _ended_before_leaving(transcript: Transcript) -> bool:
    return transcript.ended and transcript.left_at == len(transcript.replies)


def _before_leaving(script: Script, direct: Transcript, proxied: Transcript) -> tuple[list, list]:
    """After Terminate or EOF PostgreSQL keeps what nobody has asked it to flush, the proxy may pass it on: what PostgreSQL
    has sent must be there, more may follow. A client that closes its socket reads nothing any more."""
    if script.leave in ('close', 'reset'):
        return ([comparable(r) for r in t.replies[:t.left_at]] for t in (direct, proxied))
    wanted = [comparable(r) for r in _without_last_word_on_eof(direct.replies)]
    got = [comparable(r) for r in proxied.replies if r.type != EOF]
    return wanted, got[:len(wanted)] + [comparable(r) for r in proxied.replies if r.type == 'HANG']


def _without_last_word_on_eof(replies: list[Message]) -> list[Message]:
    """EOF during copy-in: PostgreSQL tells a client that has half-closed its socket; through a proxy nobody asks it."""
    kept = []
    for reply in replies:
        if reply.type == EOF or reply.type == 'E' and 'unexpected EOF' in error_fields(reply.body).get('M', ''):
            break
        kept.append(reply)
    return kept


def changed_results(transcript: Transcript) -> dict[str, int]:
    """How often PostgreSQL itself has said 0A000, `cached plan must not change result type`, and where."""
    counts = {'bind': 0, 'describe': 0, 'query': 0, 'in a block': 0}
    status, previous = 'I', ''
    for reply in transcript.replies:
        if reply.type == 'Z':
            status = reply.body.decode()
        if reply.type == 'E':
            fields = error_fields(reply.body)
            if fields.get('C') == '0A000' and fields.get('R') == 'RevalidateCachedQuery':
                counts['describe' if previous == 't' else 'query' if previous == 'Z' else 'bind'] += 1
                counts['in a block'] += status == 'T'
        previous = reply.type
    return counts
