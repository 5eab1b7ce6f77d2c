"""PREPARE, EXECUTE in its three forms, DEALLOCATE and DISCARD, as Query and as Parse, among wire statements.

Kept differences are not made here: EXECUTE behind the end of a transaction in one string, names in DO blocks.
"""

import random

from ..script import Scribe, Script
from . import corpus
from .corpus import INT4, TEXT

QUERIES = [
    ("", "select 1", 0),
    ("", "select a, b from t order by a", 0),
    ("(int)", "select $1 + 1", 1),
    ("", "select $1::int, $2::text", 2),
    ("(int, text)", "select $1, $2", 2),
    ("(int,int)", "insert into u values ($1, $2)", 2),
    ("", "insert into u values ($1, 4) returning a", 1),
    ("(numeric(7, 2), varchar(3))", "select $1, $2", 2),
    ("(int[])", "select $1", 1),
    ("(lib.small)", "select $1", 1),
    ("", "update u set b = b + 1", 0),
    ("", "delete from u", 0),
    ("", "values (1), (2)", 0),
    ("", "select lib.noisy(3)", 0),
    ("", "select 1 / (a - 2) from t order by a", 0),
    ("", "select nosuch", 0),
    ("(int)", "select $1, $2", 2),
    ("(nosuchtype)", "select $1", 1),
    ("(unknown)", "select $1 || 'x'", 1),
    ("", "with w as (insert into u values (9, 9) returning a) select a from w", 0),
]
WIRE = [
    "select 1",
    "select a, b from t order by a",
    "select $1::int + 1",
    "insert into u values ($1, 3)",
    "copy u from stdin",
    "show datestyle",
    "copy t to stdout",
    "",
    "begin",
    "commit",
    "declare cur cursor for select generate_series(1, 3)",
    "fetch 1 from cur",
    "select $1::text",
    "execute a",
    "execute b (1)",
    "deallocate a",
    "prepare b as select 2",
    "deallocate all",
    "explain (costs off) execute a",
    "discard all",
    "prepare s1 (int) as select $1 + 2",
    "create table made as execute a",
]
WORDS = {
    "a": ["a", "a", "A", '"a"'],
    "b": ["b", "b", "B"],
    "s1": ["s1", "S1", '"s1"'],
    "A b": ['"A b"'],
    corpus.LONG + "xy": ['"' + corpus.LONG + 'xy"', corpus.LONG + "xyz"],
    'q"': ['"q"""'],
    "__asyncpg_stmt_1__": ["__asyncpg_stmt_1__"],
    "ä": ["ä", '"ä"'],
    "u&": ['U&"u\\0026"'],
    "x1": ["x1"],
    "x2": ["X2"],
    "x1": ["x1"],
    "x2": ["X2"],
}
EXECUTING = [
    "x1",
    "x2",
]  # wire statements that EXECUTE another; nothing stored executes them: PostgreSQL crashes on a cycle
EXECUTING = [
    "x1",
    "x2",
]  # hold what executes others, and are not held: PostgreSQL crashes when EXPLAIN meets a cycle
NAMES = ["a", "a", "a", "b", "b", "s1", "A b", corpus.LONG + "xy", 'q"', "__asyncpg_stmt_1__", "ä", "u&"]
SPACES = [" ", " ", " ", "  ", "\n", "\t", " /* execute b */ ", " -- deallocate all\n"]
OTHERS = [
    "select 7",
    "select a from u order by a",
    "insert into u values (6, 6)",
    "begin",
    "select 1 / 0",
    "",
    "select 'execute a; deallocate b'",
    "savepoint s",
    "rollback to s",
    "select $$prepare a$$",
    "discard plans",
    "discard sequences",
    "do $$ begin raise notice 'x'; end $$",
]
ENDS = ["commit", "rollback", "end", "abort"]


class Speaker:
    def __init__(self, scribe: Scribe):
        self.s, self.rng = scribe, scribe.rng
        self.counts: dict[str, int] = {}
        self.wire: dict[str, str] = {}
        self.holding = False  # the statement is for a name of the wire

    def words(self, *words: str) -> str:
        cased = [word if not word.isalpha() or self.s.chance(0.7) else word.upper() for word in words if word]
        return "".join(self.rng.choice(SPACES[:3]) * bool(i) + word for i, word in enumerate(cased))

    def spaced(self, *words: str) -> str:
        return "".join(
            (self.rng.choice(SPACES) if i else "") + word for i, word in enumerate(w for w in words if w)
        )

    def name(self) -> str:
        """As SQL spells it."""
        return self.rng.choice(WORDS[self.rng.choice(NAMES if self.holding else NAMES + EXECUTING)])

    def arguments(self, count: int | None = None) -> str:
        count = self.rng.choice([0, 0, 1, 2]) if count is None else count
        return (
            "(" + ", ".join(self.rng.choice(["1", "2", "'3'", "null", "1 + 1"]) for _ in range(count)) + ")"
            if count
            else ""
        )

    # ------------------------------------------------------------ statements
    def prepare(self) -> str:
        types, query, count = self.rng.choice(QUERIES)
        name = self.name()
        self.counts[name] = count
        return self.spaced(
            self.rng.choice(["prepare", "PREPARE"]), name, types, self.rng.choice(["as", "AS"]), query
        )

    def execute(self) -> str:
        known = [name for name in self.counts if not self.holding or name.lower() not in EXECUTING]
        name = self.name() if self.s.chance(0.4) or not known else self.rng.choice(known)
        call = self.spaced(
            "execute", name, self.arguments(self.counts.get(name) if self.s.chance(0.9) else None)
        )
        return self.rng.choice(
            [call] * 6
            + [
                "EXPLAIN (COSTS OFF) " + call,
                "create table made as " + call,
                "create table if not exists made as " + call,
                "create table made as " + call + " with no data",
                "explain (costs off) create table made as " + call,
            ]
        )

    def deallocate(self) -> str:
        if self.s.chance(0.25):
            return self.rng.choice(["DEALLOCATE ALL", "deallocate prepare all", "DISCARD ALL", "discard all"])
        return self.spaced(self.rng.choice(["deallocate", "DEALLOCATE PREPARE"]), self.name())

    def statement(self) -> str:
        return self.rng.choices([self.prepare, self.execute, self.deallocate], [4, 5, 2])[0]()

    def string(self) -> str:
        """Several statements; nothing that looks at a name stands behind the end of a transaction."""
        parts = [
            self.statement() if self.s.chance(0.65) else self.rng.choice(OTHERS)
            for _ in range(self.rng.randint(2, 4))
        ]
        if next((part for part in parts if part), "") == "rollback to s":
            parts = ["savepoint s", *parts]  # lest it ends the failure of a block for what stands behind it
        if self.s.chance(0.15):
            parts.append(self.rng.choice(ENDS))
        return (self.rng.choice(["; ", ";", ";\n", ";;"]).join(parts)) + self.rng.choice(["", ";"])

    # ------------------------------------------------------------ forms
    def simple(self) -> None:
        self.s.query(self.statement() if self.s.chance(0.6) else self.string()).write()

    def unnamed(self) -> None:
        self.s.parse("", self.statement())
        if self.s.chance(0.4):
            self.s.describe()
        self.run("")

    def run(self, name: str, values: list = []) -> None:
        self.s.bind(name, values)
        if self.s.chance(0.5):
            self.s.describe_portal()
        self.s.execute()
        if self.s.chance(0.85):
            self.s.sync().write()
        elif self.s.chance(0.4):
            self.s.flush().write()

    def named(self) -> None:
        self.holding = True
        text = self.statement() if self.s.chance(0.4) else self.rng.choice(WIRE)
        self.holding = False
        name = self.rng.choice(EXECUTING if "execute" in text.lower() else NAMES)
        self.wire[name] = text
        self.counts[WORDS[name][0]] = text.count("$")
        self.s.parse(name, text, self.rng.choice([[], [], [INT4], [0], [TEXT]]))
        if self.s.chance(0.5):
            self.s.describe(name)
        if self.s.chance(0.8):
            self.s.sync().write()

    def use(self) -> None:
        name = (
            self.rng.choice(NAMES)
            if self.s.chance(0.3) or not self.wire
            else self.rng.choice(list(self.wire))
        )
        if self.s.chance(0.3):
            self.s.describe(name)
        count = self.wire.get(name, "").count("$")
        self.run(name, [b"1"] * (count if self.s.chance(0.9) else 1))

    def close(self) -> None:
        self.s.close(self.rng.choice(NAMES))
        if self.s.chance(0.8):
            self.s.sync().write()

    def block(self) -> None:
        self.s.query(
            self.rng.choice(["begin", "begin", *ENDS, "select 1 / 0", "savepoint s", "rollback to s"])
        ).write()

    def copy(self) -> None:
        self.s.add(corpus.COPY_ROW, corpus.COPY_DONE).sync().write()

    def move(self) -> None:
        self.rng.choices(
            [self.simple, self.unnamed, self.named, self.use, self.close, self.block, self.copy],
            [9, 5, 3, 4, 1, 3, 1],
        )[0]()


def generate(rng: random.Random, number: int) -> Script:
    scribe = Scribe(rng, number)
    speaker = Speaker(scribe)
    for _ in range(rng.randint(5, 13)):
        speaker.move()
    return scribe.script()
