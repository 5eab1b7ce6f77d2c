"""Statements whose row shape changes under them, several to a segment: which of them take effect, and which must not.

Rows come in an order that no dead row can change, and no number of a sequence is looked at: a transaction that is
rolled back may have taken one.
"""

import random

from ..script import Scribe, Script
from .relations import Relations
from .shape_statements import EFFECTS, FAILURES, PLAIN, Statement

NAMES = ["a", "b", "s1", "s2", "s3", "A b", ""]


class Client:
    def __init__(self, scribe: Scribe):
        self.s, self.rng = scribe, scribe.rng
        self.relations = Relations(scribe.rng)
        self.known: dict[str, tuple[Statement, int]] = {}  # with its number of columns
        self.binary = self.s.chance(0.3)
        self.before: Relations | None = None  # in a block: as they were before it

    # ------------------------------------------------------------ statements
    def prepare(self, name: str) -> None:
        if name in self.known:
            self.s.close(name)
        statement = self.rng.choices(
            [self.rng.choice(PLAIN), self.rng.choice(EFFECTS), self.rng.choice(FAILURES)], [10, 9, 2]
        )[0]
        columns = statement.columns + sum(self.relations.columns[star] for star in statement.stars)
        self.known[name] = statement, columns
        declared = self.binary or self.s.chance(0.5)
        self.s.parse(name, statement.text, statement.arguments if declared else [])
        if self.s.chance(0.5):
            self.s.describe(name)

    def heal(self) -> None:
        """As a driver that has been told 0A000, for some of its statements."""
        for name in list(self.known):
            if self.s.chance(0.5):
                self.prepare(name)
                self.s.sync()
        self.s.write()

    def results(self, columns: int) -> list[int]:
        many = [self.rng.randint(0, 1) for _ in range(columns)]
        return self.rng.choice([[], [], [0], [1], [0] * columns, [1] * columns, many, many + [0]])

    def use(self) -> None:
        name = self.rng.choice(list(self.known))
        statement, columns = self.known[name]
        if self.s.chance(0.1):
            self.s.describe(name)
        values = [b"\0\0\0\2" if self.binary else b"2" for _ in statement.arguments]
        portal = self.rng.choice(["", "", "", "p1"])
        self.s.bind(name, values, [1] if self.binary and values else [], self.results(columns), portal)
        if self.s.chance(0.3):
            self.s.describe_portal(portal)
        if statement.limited and self.s.chance(0.3):
            self.s.execute(portal, self.rng.randint(1, 2))
        self.s.execute(portal)
        if portal:
            self.s.close_portal(portal)

    def query(self, text: str) -> None:
        self.s.query(text).write()
        self.known.pop("", None)

    def statement(self, text: str) -> None:
        self.s.parse("", text).bind().execute()
        self.known.pop("", None)

    # ------------------------------------------------------------ moves
    def change(self) -> None:
        for _ in range(self.rng.choice([1, 1, 2])):
            self.change_once()

    def change_once(self) -> None:
        text = self.relations.change()
        if not self.before and self.s.chance(0.5):
            self.s.write().elsewhere(text)
        elif ";" in text or self.s.chance(0.5):
            self.query(text)
        else:
            self.statement(text)
            self.s.sync().write()

    def segment(self) -> None:
        for _ in range(self.rng.choice([1, 1, 2, 3, 5])):
            if not self.known:
                self.prepare(self.rng.choice(NAMES))
            self.use()
            if self.s.chance(0.06):
                self.s.flush()
            if self.s.chance(0.05) and ";" not in (text := self.relations.change()):
                self.statement(text)
        if self.s.chance(0.07):
            self.query_behind()
        self.s.sync()

    def query_behind(self) -> None:
        """Ends the transaction of what is before it, as a Sync does."""
        self.s.query(self.rng.choice(["select * from t order by a", "insert into u values (3, 3)", "select 1 / 0"]))
        self.known.pop("", None)

    def segments(self) -> None:
        """In one write or in several."""
        for _ in range(self.rng.choice([1, 1, 2, 4])):
            self.segment()
            if self.s.chance(0.4):
                self.s.write(wait=self.s.chance(0.7))
        self.s.write()

    def block(self) -> None:
        if self.before is None:
            self.before = self.relations.copy()
            end = "begin"
        else:
            end = self.rng.choice(["commit", "commit", "rollback"])
            if end == "rollback":
                self.relations = self.before
            self.before = None
        if self.s.chance(0.5):
            self.query(end)
        else:
            self.statement(end)
            if self.s.chance(0.6):
                self.s.sync().write(wait=self.s.chance(0.5))

    def string(self) -> None:
        """PREPARE and EXECUTE in strings."""
        name = self.rng.choice(["s1", "s2"])
        if name in self.known:
            statement, _ = self.known[name]
            self.query(f"execute {name}" + ("(2)" if statement.arguments else ""))

    def move(self) -> None:
        moves = [self.segments, self.change, self.block, self.heal, self.string]
        self.rng.choices(moves, [8, 7, 4, 2, 2])[0]()


def generate(rng: random.Random, number: int) -> Script:
    scribe = Scribe(rng, number)
    client = Client(scribe)
    for text in client.relations.creation():
        scribe.elsewhere(text)
    for name in rng.sample(NAMES, rng.randint(3, 6)):
        client.prepare(name)
        client.s.sync()
    scribe.write()
    client.segments()
    for _ in range(rng.randint(8, 14)):
        client.move()
    return scribe.script()
