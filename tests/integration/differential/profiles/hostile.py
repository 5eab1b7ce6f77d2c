"""Anything in any order: wrong counts, unknown and long names, malformed bodies, portals, function calls."""

import random
import struct

from .. import wire
from ..script import Scribe, Script
from ..wire import Message
from . import corpus
from .corpus import INT4, Sql

INT4PL, UPPER, NO_FUNCTION = 177, 871, 999999


class Hostile:
    def __init__(self, scribe: Scribe):
        self.s, self.rng = scribe, scribe.rng
        self.texts: dict[str, Sql] = {}
        self.portals: dict[str, Sql] = {}
        self.moves = [
            (self.parse, 9),
            (self.bind, 11),
            (self.execute, 9),
            (self.describe, 4),
            (self.describe_portal, 2),
            (self.close, 2),
            (self.close_portal, 1),
            (self.sync, 10),
            (self.flush, 3),
            (self.query, 4),
            (self.burst, 10),
            (self.block, 5),
            (self.call, 1),
            (self.malformed, 1),
            (self.stray, 1),
        ]

    def move(self) -> None:
        kinds, weights = zip(*self.moves)
        self.rng.choices(kinds, weights)[0]()
        if self.s.chance(0.4):
            self.s.write(wait=self.s.chance(0.8))

    def name(self) -> str:
        if self.texts and self.s.chance(0.75):
            return self.rng.choice(list(self.texts))
        return self.rng.choice(["", "", *corpus.NAMES])

    def oids(self, sql: Sql) -> list[int]:
        kind = self.rng.random()
        if kind < 0.6:
            return []
        if kind < 0.9:
            return [oid if self.s.chance(0.7) else 0 for oid in sql.arguments]
        return [self.rng.choice([0, INT4, corpus.TEXT, 705, 999999]) for _ in range(self.rng.randint(0, 3))]

    def parse(self, name: str | None = None, sql: Sql | None = None) -> None:
        name = self.rng.choice(["", "", *corpus.NAMES]) if name is None else name
        sql = sql or self.rng.choice(corpus.ALL)
        self.texts[name] = sql
        self.s.parse(name, sql.text, self.oids(sql))

    def bind(self, name: str | None = None, portal: str | None = None) -> None:
        name = self.name() if name is None else name
        portal = self.rng.choice(corpus.PORTALS) if portal is None else portal
        sql = self.texts.get(name, corpus.READS[0])
        self.portals[portal] = sql
        values, formats = corpus.arguments_of(self.rng, sql, self.s.chance(0.4))
        kind = self.rng.random()
        if kind < 0.05:
            values, formats = values + [b"1"] * self.rng.randint(1, 2), []
        elif kind < 0.09:
            values, formats = values[:-1], []
        elif kind < 0.13:
            formats = [self.rng.choice([0, 1, 7]) for _ in range(self.rng.randint(1, 3))]
        results = self.rng.choice([[], [], [0], [1], [1] * sql.columns, [0, 1], [9]])
        self.s.bind(name, values, formats, results, portal)

    def portal(self) -> str:
        return (
            self.rng.choice(list(self.portals) or [""])
            if self.s.chance(0.9)
            else self.rng.choice(corpus.PORTALS)
        )

    def execute(self, portal: str | None = None) -> None:
        portal = self.portal() if portal is None else portal
        self.s.execute(portal, self.row_limit(self.portals.get(portal)))

    def row_limit(self, sql: Sql | None) -> int:
        """Not for what writes: a suspended INSERT ... RETURNING is one of the kept differences."""
        return self.rng.choice([0, 0, 1, 2, 100]) if sql and not sql.writes else 0

    def describe(self) -> None:
        self.s.describe(self.name())

    def describe_portal(self) -> None:
        self.s.describe_portal(self.portal())

    def close(self) -> None:
        self.s.close(self.name())

    def close_portal(self) -> None:
        self.s.close_portal(self.portal())

    def sync(self) -> None:
        self.s.sync()

    def flush(self) -> None:
        self.s.flush()

    def query(self) -> None:
        texts = [self.rng.choice(corpus.ALL) for _ in range(self.rng.choice([1, 1, 1, 2, 3]))]
        self.s.query("; ".join(sql.text % () if "%s" in sql.text else sql.text for sql in texts))

    def burst(self) -> None:
        """A sensible P B D E, so that scripts get anywhere."""
        name, portal = self.rng.choice(["", "", "a", "b", "s1"]), self.rng.choice(corpus.PORTALS)
        if name not in self.texts or not name or self.s.chance(0.1):
            self.parse(name)
        if self.s.chance(0.3):
            self.s.describe(name)
        self.bind(name, portal)
        if self.s.chance(0.5):
            self.s.describe_portal(portal)
        self.execute(portal)
        if self.s.chance(0.7):
            self.s.sync()

    def block(self) -> None:
        sql = self.rng.choice(corpus.BLOCKS)
        if "isolation level" in sql.text:  # behind a Parse and a Flush it is one of the kept differences
            self.s.sync()
        if self.s.chance(0.5):
            self.s.query(sql.text)
        else:
            name = self.rng.choice(["", sql.text[:20]])
            if name not in self.texts or not name:
                self.parse(name, sql)
            self.s.bind(name).execute()

    def call(self) -> None:
        choice = self.rng.randrange(4)
        self.s.add(
            [
                wire.function_call(INT4PL, [b"1", b"2"]),
                wire.function_call(INT4PL, [b"1", None], [0]),
                wire.function_call(UPPER, [b"word"], [0], 1),
                wire.function_call(NO_FUNCTION, [b"1"]),
            ][choice]
        )

    def malformed(self) -> None:
        name = self.name().encode()
        self.s.add(
            self.rng.choice(
                [
                    Message("P", name + b"\0select 1\0\0\2"),
                    Message("P", name + b"\0select 1"),
                    Message("P", name + b"\0select 1\0\0\0rest"),
                    Message("P", b"\xff\xfe\0select 1\0\0\0"),
                    Message("P", name + b"\0select '\xc3\x28'\0\0\0"),
                    Message("B", b"\0" + name + b"\0\0\0\0\3"),
                    Message("B", b"\0" + name),
                    Message("B", b""),
                    Message("B", b"\0" + name + b"\0\0\0\0\1" + struct.pack("!i", 400) + b"x"),
                    Message("B", b"\xff\0" + name + b"\0\0\0\0\0\0\0"),
                    Message("D", b"S" + name),
                    Message("D", b"Q" + name + b"\0"),
                    Message("D", b""),
                    Message("D", b"S" + name + b"\0rest"),
                    Message("C", b"X" + name + b"\0"),
                    Message("C", b"S\xff\0"),
                    Message("C", b"P"),
                    Message("E", b"\0"),
                    Message("E", b"\0\0\0\0\0rest"),
                    Message("E", b"\xff\0\0\0\0\0"),
                    Message("Q", b"select '\xc3\x28'\0"),
                    Message("Q", b"select 1"),
                    Message("F", b"\0\0"),
                ]
            )
        )

    def stray(self) -> None:
        self.s.add(self.rng.choice([wire.copy_data(b"1\t2\n"), wire.COPY_DONE, wire.copy_fail()]))


def generate(rng: random.Random, number: int) -> Script:
    scribe = Scribe(rng, number)
    hostile = Hostile(scribe)
    for _ in range(rng.randint(6, 22)):
        hostile.move()
    if rng.random() < 0.03:
        scribe.write().add(Message(rng.choice("yz!1")))
    return scribe.script()
