"""Plays a script on one connection and keeps every reply."""

import random
import time
from dataclasses import dataclass, field
from typing import Callable

from . import wire
from .client import Connection
from .owed import Owed
from .script import Script, Step
from .wire import EOF, HANG, Message

SILENCE = 0.02  # seconds without a reply after which the direct server is asked whether it rests
ARRIVED = 0.001  # seconds in which what has been sent on this machine is there
TOO_EARLY = "not run"
LAST_WORDS = b"select 'the end of the script'"


@dataclass
class Patience:
    """Seconds after which a reply that is due is missing, and a pool that is not at rest is stuck."""

    reply: float = 6.0
    pool: float = 8.0


patience = Patience()


@dataclass
class Transcript:
    replies: list[Message] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)  # after every step: how many replies have been read
    rests: list[bool] = field(default_factory=list)  # whether the session needs no server after it
    stuck: list[str] = field(default_factory=list)  # what was wrong with the pool then
    waited: list[bool] = field(default_factory=list)  # whether the step had to be answered
    elsewhere: list[str] = field(default_factory=list)  # what the statements of other sessions came to
    left_at: int = -1  # how many replies came before the client left
    failed: list[str] = field(
        default_factory=list
    )  # for every ErrorResponse: the type of the message that has failed
    silences: int = 0

    @property
    def ended(self) -> bool:
        return bool(self.replies) and self.replies[-1].type in (EOF, HANG)


class Conversation:
    """`answered` reads what is due after a step; `elsewhere` runs a statement of another session."""

    def __init__(self, connection: Connection, script: Script, elsewhere: Callable[[str], str]):
        self.connection, self.script, self.elsewhere = connection, script, elsewhere
        self.transcript = Transcript()
        self.cuts = random.Random(script.pieces) if script.pieces else None

    def play(self) -> Transcript:
        try:
            for number, step in enumerate(self.script.steps):
                self._play_step(number, step)
                self.transcript.marks.append(len(self.transcript.replies))
                if self.transcript.ended:
                    break
            self.transcript.left_at = len(self.transcript.replies)
            if not self.transcript.ended:
                self._leave()
        finally:
            self.connection.abandon()
        return self.transcript

    def _play_step(self, number: int, step: Step) -> None:
        if step.elsewhere:
            outcome = self.elsewhere(step.elsewhere) if self.may_be_elsewhere(number) else TOO_EARLY
            self.transcript.elsewhere.append(outcome)
            self.transcript.waited.append(False)
            self.transcript.rests.append(False)
            return
        self._send(b"".join(m.encode() for m in step.messages))
        self.transcript.waited.append(self.answered(number, step))

    def _send(self, data: bytes) -> None:
        try:
            while data:
                size = self.cuts.randint(1, 7) if self.cuts else len(data)
                self.connection.send(data[:size])
                data = data[size:]
        except (ConnectionError, BrokenPipeError):
            pass  # the end of the stream says it

    def read(self, time_limit: float) -> Message | None:
        reply = self.connection.receive(time_limit)
        if reply is not None:
            self.transcript.replies.append(reply)
        return reply

    def answered(self, number: int, step: Step) -> bool:
        raise NotImplementedError

    def may_be_elsewhere(self, number: int) -> bool:
        """Not while this session has something on its way: which of the two comes first would be chance."""
        raise NotImplementedError

    # ------------------------------------------------------------ the end
    def _leave(self) -> None:
        leave = self.script.leave
        if leave == "close":
            self.connection.abandon()
        elif leave == "reset":
            self.connection.reset()
        elif leave:
            if leave == "terminate":
                self._send(wire.TERMINATE.encode())
            else:
                self.connection.half_close()
            self._read_until(lambda reply: reply.type == EOF)
        else:
            self._say_last_words()

    def _say_last_words(self) -> None:
        """Whatever is open is ended, and a last query shows that nothing is missing and nothing too much."""
        last = [wire.copy_fail(b"the end"), wire.SYNC, wire.query(b"rollback"), wire.query(LAST_WORDS)]
        self._send(b"".join(m.encode() for m in last))
        if self._read_until(lambda reply: reply.type == "D" and LAST_WORDS[8:-1] in reply.body):
            self._read_until(lambda reply: reply.type == "Z")

    def _read_until(self, last: Callable[[Message], bool]) -> bool:
        while True:
            reply = self.read(patience.reply)
            if reply is None:
                self.transcript.replies.append(Message(HANG))
                return False
            if last(reply) or reply.type == EOF:
                return reply.type != EOF


class DirectConversation(Conversation):
    """Reads until nothing is owed. Its marks tell the proxied conversation what to wait for.

    Where it is not understood what is owed, it reads until the server has read all and waits for more; so does a
    client that will close or reset its socket, which with replies unread would lose what is on its way.
    """

    def __init__(self, *how, waits_for_client: Callable[[int], bool]):
        super().__init__(*how)
        self.owed = Owed()
        self.waits_for_client = waits_for_client
        self.reads_all = self.script.leave in ("close", "reset")

    def answered(self, number: int, step: Step) -> bool:
        for message in step.messages:
            self.owed.sent(message)
        waited = step.wait and not self._content and self._wait()
        self.transcript.rests.append(self.owed.at_rest and not self.transcript.ended)
        return waited

    def may_be_elsewhere(self, number: int) -> bool:
        return self.owed.at_rest

    @property
    def _content(self) -> bool:
        return self.owed.nothing and not self.reads_all

    def _wait(self) -> bool:
        end = time.monotonic() + patience.reply
        while not self._content and not self.transcript.ended:
            if self.read(SILENCE) is None and (self._server_rests() or time.monotonic() > end):
                self.transcript.silences += not self.owed.nothing
                while not self.transcript.ended and self.read(ARRIVED):
                    pass
                break
        return True

    def _server_rests(self) -> bool:
        """In this order: what it has read it has also answered when it wants to read again."""
        return self.connection.unread_by_peer() == 0 and self.waits_for_client(self.connection.pid)

    def read(self, time_limit: float) -> Message | None:
        reply = super().read(time_limit)
        if reply is not None and reply.type != EOF:
            if reply.type == "E":
                self.transcript.failed.append(self.owed.head)
            self.owed.received(reply)
        return reply


class ProxiedConversation(Conversation):
    """Waits, where the direct client has waited, for as many replies as that one had."""

    def __init__(self, *how, direct: Transcript, look_at_pool: Callable[[], list[str]]):
        super().__init__(*how)
        self.direct, self.look_at_pool = direct, look_at_pool

    def answered(self, number: int, step: Step) -> bool:
        if number >= len(self.direct.marks):
            return False
        waited = self.direct.waited[number] and self._wait(number)
        if (
            step.rest
            and self.direct.rests[number]
            and not self.transcript.ended
            and not self.transcript.stuck
        ):
            self.transcript.stuck = self.look_at_pool()
        return waited

    def may_be_elsewhere(self, number: int) -> bool:
        return self.direct.elsewhere[len(self.transcript.elsewhere)] != TOO_EARLY

    def _wait(self, number: int) -> bool:
        while len(self.transcript.replies) < self.direct.marks[number] and not self.transcript.ended:
            if self.read(patience.reply) is None:
                self.transcript.replies.append(Message(HANG))
        return True
