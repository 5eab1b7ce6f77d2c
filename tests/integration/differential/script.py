"""A script: what one client writes, step by step, and how it leaves."""

import json
import random
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Sequence

from . import wire
from .wire import Message


class Step(NamedTuple):
    """One write of the client, or a statement of another session (elsewhere)."""

    messages: tuple[Message, ...] = ()
    wait: bool = True  # read what is due before the next step
    elsewhere: str = ""
    rest: bool = False  # look then whether the pool is at rest, if the session should need no server

    def __str__(self) -> str:
        if self.elsewhere:
            return f"(another session) {self.elsewhere}"
        return " ".join(wire.show(m) for m in self.messages) + ("" if self.wait else "   (does not wait)")


@dataclass(frozen=True)
class Script:
    steps: tuple[Step, ...] = ()
    leave: str = ""  # '' (an ordinary end), terminate, half_close, close, reset
    pieces: int = 0  # seed of the cuts when the client's writes are torn into 1-7 bytes
    parameters: tuple[tuple[str, str], ...] = ()  # of the StartupMessage

    def with_steps(self, steps: Sequence[Step]) -> "Script":
        return replace(self, steps=tuple(steps))

    def dump(self) -> str:
        steps = [
            step._asdict() | {"messages": [[m.type, m.body.hex()] for m in step.messages]}
            for step in self.steps
        ]
        return json.dumps({"leave": self.leave, "pieces": self.pieces, "parameters": self.parameters, "steps": steps}, indent=1)

    @staticmethod
    def load(text: str) -> "Script":
        data = json.loads(text)
        steps = []
        for given in data["steps"]:
            given["messages"] = tuple(
                Message(type_, bytes.fromhex(body)) for type_, body in given["messages"]
            )
            steps.append(Step(**given))
        parameters = tuple((name, value) for name, value in data.get("parameters", ()))
        return Script(tuple(steps), data["leave"], data["pieces"], parameters)


@dataclass
class Scribe:
    """Writes a script: messages gather until `write`. Calls return the scribe: a driver's burst is one line."""

    rng: random.Random
    number: int = 0
    steps: list[Step] = field(default_factory=list)
    gathered: list[Message] = field(default_factory=list)

    def add(self, *messages: Message) -> "Scribe":
        self.gathered += messages
        return self

    def parse(self, name: str, sql: str, oids: Sequence[int] = ()) -> "Scribe":
        return self.add(wire.parse(name.encode(), sql.encode(), oids))

    def bind(
        self,
        statement: str = "",
        values: Sequence[bytes | None] = (),
        formats: Sequence[int] = (),
        results: Sequence[int] = (),
        portal: str = "",
    ) -> "Scribe":
        return self.add(wire.bind(portal.encode(), statement.encode(), values, formats, results))

    def describe(self, name: str = "") -> "Scribe":
        return self.add(wire.describe(b"S", name.encode()))

    def describe_portal(self, name: str = "") -> "Scribe":
        return self.add(wire.describe(b"P", name.encode()))

    def close(self, name: str = "") -> "Scribe":
        return self.add(wire.close(b"S", name.encode()))

    def close_portal(self, name: str = "") -> "Scribe":
        return self.add(wire.close(b"P", name.encode()))

    def execute(self, portal: str = "", rows: int = 0) -> "Scribe":
        return self.add(wire.execute(portal.encode(), rows))

    def sync(self) -> "Scribe":
        return self.add(wire.SYNC)

    def flush(self) -> "Scribe":
        return self.add(wire.FLUSH)

    def query(self, sql: str) -> "Scribe":
        return self.add(wire.query(sql.encode()))

    def write(self, wait: bool = True) -> "Scribe":
        if self.gathered:
            self.steps.append(Step(tuple(self.gathered), wait))
            self.gathered.clear()
        return self

    def elsewhere(self, sql: str) -> "Scribe":
        self.write()
        self.steps.append(Step(elsewhere=sql))
        return self

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def script(self, **how) -> Script:
        self.write()
        return Script(tuple(self.steps), **how)
