"""COPY in and out in both protocols, failing before it begins and while it runs; stray CopyData and its like.

A Sync between a bad row and CopyDone is a kept difference: a bad row comes in one write with the copy's end.
"""

import random

from .. import wire
from ..script import Scribe, Script
from . import corpus, drivers

GOOD_IN = [
    "copy u from stdin",
    "copy u (a) from stdin",
    "copy t from stdin with (format csv)",
    "COPY later FROM STDIN",
]
BAD_START = [
    "copy nosuch from stdin",
    "copy u (nosuch) from stdin",
    "copy u from stdin with (format nosuch)",
    "copy u frm stdin",
]
OUT = [
    "copy u to stdout",
    "copy (select a, b from t order by a) to stdout",
    "copy (select 1 / (a - 3) from t order by a) to stdout",
    "copy (values (1)) to stdout with (format binary)",
    "copy nosuch to stdout",
]
ROWS = {
    "copy u from stdin": [b"1\t2\n", b"3\t\\N\n", b"7\t8\n9\t10\n"],
    "copy u (a) from stdin": [b"1\n", b"2\n"],
    "copy t from stdin with (format csv)": [b"10,ten,x\n", b"11,eleven,xi\n"],
    "COPY later FROM STDIN": [b"20\n", b"21\n"],
}
BAD_ROWS = [b"x\ty\n", b"1\t2\t3\n", b"\\.\n", b"\xff\n"]
ROW_BLOCK = b"5\t6\n" * 2000


class Copier:
    def __init__(self, scribe: Scribe):
        self.s, self.rng = scribe, scribe.rng
        self.driver = self.rng.choice(drivers.DRIVERS)(scribe)
        self.prepared = 0

    def data(self, text: str, bad: bool, late: bool = False) -> None:
        rows = [self.rng.choice(ROWS.get(text, ROWS[GOOD_IN[0]])) for _ in range(self.rng.randint(0, 4))]
        if self.s.chance(0.1) and text == GOOD_IN[0]:
            rows += [b"5\t6\n" * self.rng.choice([1500, 6000])]
        if bad:
            rows.insert(self.rng.randint(0, len(rows)), self.rng.choice(BAD_ROWS))
        if bad and late and self.s.chance(0.4):  # data that is on its way when the copy has failed
            self.s.add(wire.copy_data(b"".join(rows)))
            self.s.add(*[wire.copy_data(ROW_BLOCK)] * self.rng.randint(5, 40))
            return
        stream = b"".join(rows)
        while stream:  # CopyData need not end where a row does
            size = self.rng.randint(1, max(len(stream), 1)) if self.s.chance(0.5) else len(stream)
            self.s.add(wire.copy_data(stream[:size]))
            stream = stream[size:]
            if self.s.chance(0.2) and not bad:
                self.s.write(wait=False)

    def finish(self) -> None:
        self.s.add(wire.COPY_DONE if self.s.chance(0.75) else wire.copy_fail())

    def text(self) -> str:
        return self.rng.choice(GOOD_IN) if self.s.chance(0.8) else self.rng.choice(BAD_START)

    def simple_in(self) -> None:
        text, bad = self.text(), self.s.chance(0.2)
        self.s.query(text)
        if self.s.chance(0.5):
            self.s.write()
        self.data(text, bad, late=True)
        if self.s.chance(0.15):
            self.s.add(self.rng.choice([wire.SYNC, wire.FLUSH]) if not bad else wire.FLUSH)
        self.finish()
        if self.s.chance(0.3):
            self.s.query("select 1")
        self.s.write()
        if self.s.chance(0.2):
            self.stray()

    def several(self) -> None:
        """Two copies, or a copy among other statements, in one string."""
        first, second = self.rng.choice(GOOD_IN), self.rng.choice(
            GOOD_IN + ["select 5", "select 1 / 0", "copy u to stdout"]
        )
        self.s.query(
            f"{first}; {second}" if self.s.chance(0.6) else f"insert into u values (0, 0); {first}"
        ).write(wait=self.s.chance(0.6))
        self.data(first, False)
        self.finish()
        self.s.write()
        if second in GOOD_IN:
            self.data(second, False)
            self.finish()
        self.s.write()

    def extended_in(self) -> None:
        text, bad = self.text(), self.s.chance(0.2)
        name = ""
        if self.s.chance(0.4):
            self.prepared += 1
            name = f"s{self.prepared}"
            self.s.parse(name, text).describe(name)
            if self.s.chance(0.7):
                self.s.sync().write()
        else:
            self.s.parse("", text)
        self.s.bind(name)
        if self.s.chance(0.3):
            self.s.describe_portal()
        self.s.execute()
        shape = self.rng.randrange(4)
        if shape == 0:
            self.s.sync().write()
        elif shape == 1:
            self.s.flush().write()
        elif shape == 2:
            self.s.sync()
        self.data(text, bad, late=True)
        if self.s.chance(0.1):
            self.s.flush()
        self.finish()
        if self.s.chance(0.2):
            self.s.parse("", "insert into u values (8, 8)").bind().execute()
        self.s.sync()
        if self.s.chance(0.3):
            self.s.close(name or "nosuch").sync()
        self.s.write()

    def by_execute(self) -> None:
        """EXECUTE of a copy that came by Parse."""
        text = self.rng.choice(GOOD_IN)
        self.prepared += 1
        name = f"s{self.prepared}"
        self.s.parse(name, text).sync().write()
        if self.s.chance(0.6):
            self.s.query(f"execute {name}").write(wait=self.s.chance(0.6))
        else:
            self.s.parse("", f"execute {name}").bind().execute().sync().write(wait=self.s.chance(0.6))
        self.data(text, self.s.chance(0.1))
        self.finish()
        self.s.sync().write()

    def out(self) -> None:
        text = self.rng.choice(OUT)
        if self.s.chance(0.5):
            self.s.query(text if self.s.chance(0.7) else f"{text}; select 2")
        else:
            self.s.parse("", text).bind().describe_portal().execute()
            if self.s.chance(0.3):
                self.s.flush().write().execute()
            self.s.sync()
        if self.s.chance(0.3):
            self.s.close("s1").sync()
        self.s.write()

    def stray(self) -> None:
        for _ in range(self.rng.randint(1, 3)):
            self.s.add(
                self.rng.choice(
                    [wire.copy_data(b"1\t2\n"), wire.COPY_DONE, wire.copy_fail(b"stray"), wire.FLUSH]
                )
            )
        self.s.write(wait=False)

    def interrupted(self) -> None:
        """Any other message during copy-in ends the session."""
        self.s.query(GOOD_IN[0]).write().add(corpus.COPY_ROW)
        self.rng.choice(
            [lambda: self.s.query("select 1"), lambda: self.s.parse("", "select 1"), lambda: self.s.execute()]
        )()
        self.s.write()

    def block(self) -> None:
        self.s.query(self.rng.choice(["begin", "commit", "rollback", "select 1 / 0", "truncate u"])).write()

    def move(self) -> None:
        kinds = [
            self.simple_in,
            self.several,
            self.extended_in,
            self.by_execute,
            self.out,
            self.stray,
            self.block,
            lambda: self.driver.run(self.rng.choice(corpus.READS)),
        ]
        self.rng.choices(kinds, [5, 2, 6, 2, 3, 1, 3, 3])[0]()


def generate(rng: random.Random, number: int) -> Script:
    scribe = Scribe(rng, number)
    copier = Copier(scribe)
    for _ in range(rng.randint(3, 8)):
        copier.move()
    if rng.random() < 0.04:
        scribe.query("rollback").write()
        copier.interrupted()
    return scribe.script()
