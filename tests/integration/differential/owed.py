"""What a server still owes, as far as it has been asked for it by Flush, Sync, Query or FunctionCall.

Only the direct session is read with it, to know when a step has been answered without asking whether the server rests.
Where it is mistaken the reader asks; the replies that are compared never depend on it.
"""

from collections import deque

from .wire import Message

ENDS = {"P": "1", "B": "2", "C": "3", "D": "Tn", "E": "CIs", "S": "Z", "Q": "Z", "F": "Z"}


class Owed:
    def __init__(self) -> None:
        self._flushed: deque[str] = deque()
        self._buffered: list[str] = []
        self._copy_in = False
        self._skipping = False
        self._doomed = False
        self._segment = ""  # what has been sent since the last boundary
        self._status = "I"

    def sent(self, message: Message) -> None:
        kind = message.type
        if self._copy_in:
            if kind in "cf":
                self._copy_in = False
            if kind in "dcfSH":
                return
            self._doomed = True  # any other message during copy-in ends the session
        if self._skipping and kind not in "S":
            return
        if kind in ENDS:
            self._segment += kind
        if kind in ENDS or kind == "c":
            self._buffered.append(kind)
        if kind in "HSQF":
            self._flushed += self._buffered
            self._buffered.clear()
        if kind == "S":
            self._skipping = False

    def received(self, reply: Message) -> None:
        head = self.head
        if reply.type == "G":
            self._begin_copy(head)
        elif reply.type == "E":
            self._copy_in = False
            if head in ("P", "B", "C", "D", "E"):
                self._skip()
        elif head and reply.type in ENDS[head] and head in self._flushed:
            while self._flushed.popleft() == "c":
                pass
        if reply.type == "Z":
            self._status = reply.body.decode()
            self._segment = "".join([*self._flushed, *self._buffered])

    def _begin_copy(self, head: str) -> None:
        sent = list(self._flushed)[1:] + self._buffered
        self._copy_in = "c" not in sent
        if head == "E":
            end = sent.index("c") if "c" in sent else len(sent)
            self._flushed = deque(["E"] + sent[end:]) if "S" in sent[end:] else deque()
            self._buffered = [] if self._flushed else ["E"] + sent[end:]

    def _skip(self) -> None:
        while self._flushed and self._flushed[0] != "S":
            self._flushed.popleft()
        if not self._flushed:
            self._skipping = True
            self._buffered.clear()

    @property
    def head(self) -> str:
        """The type of the message whose reply comes next."""
        return next((kind for kind in [*self._flushed, *self._buffered] if kind != "c"), "")

    @property
    def at_rest(self) -> bool:
        """The session needs no server: no segment is open, or one that has failed before it executed anything."""
        busy = self._copy_in or self._doomed or self.head
        is_open = "E" in self._segment if self._skipping else self._segment
        return self._status == "I" and not busy and not is_open

    @property
    def nothing(self) -> bool:
        """All that the client could wait for has come."""
        return not self._doomed and (self._copy_in or not self._flushed)
