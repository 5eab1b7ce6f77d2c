"""Overlapping pipelines: many cycles in one write, slow statements, segments sent early."""

import random

from ..script import Scribe, Script
from . import corpus
from .corpus import INT4, Sql

SLOW = [
    Sql("select pg_sleep(0.01)", (), 1),
    Sql("select $1::int from pg_sleep(0.005)", (INT4,), 1),
    Sql("insert into u select $1, 9 from pg_sleep(0.004)", (INT4,), writes=True),
]
QUICK = corpus.READS[:9] + corpus.WRITES[:6]
STATEMENTS = SLOW * 2 + QUICK
TROUBLE = [
    Sql("select 1 / 0", (), 1),
    Sql("insert into t values (1, 'twice', '')"),
    Sql("insert into later values (1)"),
]


class Pipeline:
    def __init__(self, scribe: Scribe):
        self.s, self.rng = scribe, scribe.rng
        self.known: dict[str, Sql] = {}

    def prepare(self) -> None:
        name = f"s{len(self.known) + 1}"
        sql = self.rng.choice(STATEMENTS + TROUBLE[:1])
        self.known[name] = sql
        self.s.parse(name, sql.text, self.rng.choice([[], sql.arguments]))
        if self.s.chance(0.4):
            self.s.describe(name)
        if self.s.chance(0.3):
            self.s.flush() if self.s.chance(0.5) else self.s.sync()

    def one(self) -> None:
        if self.known and self.s.chance(0.6):
            name = self.rng.choice(list(self.known))
            sql = self.known[name]
        else:
            name, sql = "", self.rng.choice(STATEMENTS + TROUBLE)
            self.s.parse("", sql.text)
        self.s.bind(name, *corpus.arguments_of(self.rng, sql, False))
        if self.s.chance(0.4):
            self.s.describe_portal()
        self.s.execute()

    def cycle(self) -> None:
        kind = self.rng.random()
        if kind < 0.6:
            for _ in range(self.rng.choice([1, 1, 1, 2, 3])):
                self.one()
            self.s.sync()
        elif kind < 0.7:
            self.s.query(
                self.rng.choice(
                    [
                        "begin",
                        "commit",
                        "rollback",
                        "select 1",
                        "select pg_sleep(0.006)",
                        "insert into u values (1, 1)",
                        "",
                    ]
                )
            )
        elif kind < 0.8:
            self.prepare()
        elif kind < 0.9:
            self.s.close(self.rng.choice(list(self.known) or ["nosuch"]))
            if self.s.chance(0.7):
                self.s.sync()
        else:
            for _ in range(self.rng.randint(1, 3)):
                self.s.sync()

    def large(self) -> None:
        """More than the pooler reads at once."""
        for _ in range(self.rng.randint(2, 6)):
            self.s.parse("", "select length($1::text)").bind(
                "", [b"v" * self.rng.choice([500, 4000, 9000])]
            ).execute().sync()


def generate(rng: random.Random, number: int) -> Script:
    scribe = Scribe(rng, number)
    pipeline = Pipeline(scribe)
    for _ in range(rng.randint(1, 3)):
        pipeline.prepare()
    if rng.random() < 0.7:
        scribe.sync().write()
    for _ in range(rng.randint(2, 5)):
        for _ in range(rng.randint(1, 7)):
            pipeline.cycle()
        if rng.random() < 0.15:
            pipeline.large()
        if rng.random() < 0.3:
            scribe.flush()
        scribe.write(wait=rng.random() < 0.4)
    return scribe.script()
