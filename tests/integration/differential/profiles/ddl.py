"""DDL between executions of prepared statements, in and out of blocks, by the session itself and by another.

Values are good: which error comes first when a value is bad and a table is gone is a kept difference.
"""

import random

from ..script import Scribe, Script
from . import corpus
from .corpus import INT4, Sql

STATEMENTS = [
    Sql("select * from t order by a", (), 3),
    Sql("select * from t where a = $1", (INT4,), 3),
    Sql("select c from t order by a", (), 1),
    Sql("select * from u order by a, b", (), 2),
    Sql("select a from u where b > $1 order by a", (INT4,), 1),
    Sql("select b from t order by a", (), 1),
    Sql("insert into u values ($1, 5) returning *", (INT4,), 2, writes=True),
    Sql("update u set b = $1", (INT4,), writes=True),
    Sql("delete from u where a = $1 returning *", (INT4,), 2, writes=True),
    Sql("select count(*) from t", (), 1),
    Sql("select * from t", (), 3),
    Sql("select * from u order by 1, 2", (), 2),
    Sql("select row(t.*) from t order by a", (), 1),
    Sql("insert into u values ($1, 6)", (INT4,), writes=True),
    Sql("table u", (), 2),
    Sql("select 42", (), 1),
    Sql("select $1::int", (INT4,), 1),
]
CHANGES = [
    "alter table t add column d int",
    "alter table t drop column b",
    "alter table t alter c type varchar(9)",
    "alter table t alter a type bigint",
    "alter table t rename column b to bb",
    "alter table u add column c text",
    "alter table u alter b type bigint",
    "alter table u rename to uu",
    "alter table u drop column b",
    "drop table u",
    "drop table t",
    "alter table u alter a type numeric(9, 2)",
]
HARMLESS = [
    "drop table u; create table u (a int, b int)",
    "create index on u (a)",
    "analyze t",
    "alter table t alter b set default 1",
    "alter table uu rename to u",
    "create table if not exists u (a int, b int)",
    "alter table t drop column if exists d",
    "alter table t add primary key (a)",
    "comment on table t is 'x'",
    "alter table t alter c type varchar(5)",
    "alter table u alter b type int",
]
NAMES = ["a", "b", "s1", "", "A b"]


class Changer:
    def __init__(self, scribe: Scribe):
        self.s, self.rng = scribe, scribe.rng
        self.known: dict[str, Sql] = {}
        self.block = False
        self.binary = self.s.chance(0.3)

    def values(self, sql: Sql) -> tuple:
        values = [b"\0\0\0\2" if self.binary else b"2" for _ in sql.arguments]
        return values, [1] * len(values) if self.binary else []

    def results(self, sql: Sql) -> list[int]:
        return self.rng.choice([[], [], [1], [0], [1] * sql.columns, [0] * sql.columns])

    def prepare(self) -> None:
        name, sql = self.rng.choice(NAMES), self.rng.choice(STATEMENTS)
        if name and name in self.known:
            self.s.close(name)
        self.known[name] = sql
        if name and " " not in name and self.s.chance(0.2):
            if self.s.gathered:
                self.s.sync()
            self.s.query(f'prepare {name}{"(int)" if sql.arguments else ""} as {sql.text}').write()
            self.known.pop("", None)
            return
        self.s.parse(name, sql.text, self.rng.choice([[], sql.arguments]))
        if self.s.chance(0.6):
            self.s.describe(name)
        self.end()

    def end(self) -> None:
        kind = self.rng.random()
        if kind < 0.8:
            self.s.sync().write()
        elif kind < 0.9:
            self.s.flush().write()

    def use(self) -> None:
        if not self.known:
            return self.prepare()
        name = self.rng.choice(list(self.known))
        sql = self.known[name]
        kind = self.rng.random()
        if kind < 0.18 and name and " " not in name:
            arguments = "(2)" if sql.arguments else ""
            self.s.sync().query(
                self.rng.choice(["", "explain (costs off) "]) + f"execute {name}{arguments}"
            ).write()
            self.known.pop("", None)
            return None
        if kind < 0.36:
            self.s.describe(name)
            if self.s.chance(0.6):
                self.end()
                return None
        self.s.bind(name, *self.values(sql), self.results(sql), self.rng.choice(["", "", "p1"]))
        portal = self.s.gathered[-1].body.split(b"\0")[0].decode()
        if self.s.chance(0.3):
            self.s.describe_portal(portal)
        self.s.execute(portal, self.rng.choice([0, 0, 1]) if not sql.writes else 0)
        if portal:
            self.s.close_portal(portal)
        self.end()
        return None

    def change(self) -> None:
        text = self.rng.choice(CHANGES * 2 + HARMLESS)
        if not self.block and self.s.chance(0.3):
            self.s.sync().write().elsewhere(text)
        elif self.s.chance(0.6) or ";" in text:
            self.s.query(text).write()
            self.known.pop("", None)
        else:
            self.s.parse("", text).bind().execute().sync().write()
            self.known.pop("", None)

    def transaction(self) -> None:
        if not self.block:
            self.s.query("begin").write()
        elif self.s.chance(0.2):
            return self.savepoint()
        else:
            self.s.query(self.rng.choice(["commit", "rollback"])).write()
        self.known.pop("", None)
        self.block = not self.block
        return None

    def savepoint(self) -> None:
        self.s.query(self.rng.choice(["savepoint s", "rollback to s"])).write()

    def move(self) -> None:
        self.rng.choices([self.prepare, self.use, self.change, self.transaction], [4, 9, 4, 3])[0]()


def generate(rng: random.Random, number: int) -> Script:
    scribe = Scribe(rng, number)
    changer = Changer(scribe)
    for _ in range(rng.randint(2, 4)):
        changer.prepare()
    for _ in range(rng.randint(6, 14)):
        changer.move()
    return scribe.script()
