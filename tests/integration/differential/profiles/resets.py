"""Settings that the pooler keeps, given at the start-up: SET, RESET, DISCARD ALL, and what they go back to."""

import random

from ..script import Scribe, Script

START_UP = {
    "TimeZone": ["Asia/Tokyo", "America/New_York", "UTC", "Europe/Berlin"],
    "DateStyle": ["German", "SQL, DMY", "ISO, MDY", "Postgres, YMD"],
    "standard_conforming_strings": ["on"],
    "client_encoding": ["UTF8", "LATIN1"],
}
LOOKS = ["select timestamptz '2024-03-10 05:00+00'", "select date '2024-02-01'", "show TimeZone", "show DateStyle",
         "select current_setting('application_name')", "show client_encoding",
         "select timestamptz '2024-03-10 05:00+00'::text || current_setting('DateStyle')"]
SETS = ["set TimeZone to 'Africa/Cairo'", "set session DateStyle = 'SQL, MDY'", "set application_name to 'other'",
        "set time zone 'Asia/Kolkata'", "set local TimeZone to 'Pacific/Apia'", "set names 'LATIN1'",
        "select set_config('TimeZone', 'Asia/Seoul', false)"]
RESETS = ["reset all", "RESET ALL", "reset TimeZone", "reset time zone", "set TimeZone to default",
          "set time zone local", "set session time zone default", "set local TimeZone to default",
          "set local time zone local", "reset DateStyle", "set \"datestyle\" = default", "reset application_name",
          "set names default", "reset client_encoding", "reset work_mem", "reset role", "discard all", "discard plans"]
OTHERS = ["select 1 / 0", "insert into u values (7, 7)", "", "select nosuch", "select '\u00e4', nosuch"]
ASYNCPG = "SELECT pg_advisory_unlock_all();\nCLOSE ALL;\nUNLISTEN *;\nRESET ALL;"
BLOCKS = ["begin", "commit", "rollback", "savepoint a", "rollback to a", "release a", "commit and chain"]


class Writer:
    def __init__(self, scribe: Scribe):
        self.s, self.rng = scribe, scribe.rng
        self.names: list[str] = []

    def text(self) -> str:
        kinds = [LOOKS, LOOKS, RESETS, RESETS, SETS, BLOCKS, OTHERS]
        return self.rng.choice(self.rng.choice(kinds))

    def string(self) -> None:
        count = self.rng.choice([1, 1, 2, 3, 4])
        joint = self.rng.choice([";", "; ", " /* ; */ ;\n", ";; "])
        self.s.query(joint.join(self.text() for _ in range(count)) + self.rng.choice(["", ";", " -- the end"]))

    def execution(self) -> None:
        if self.names and self.s.chance(0.3):
            name = self.rng.choice(self.names)
        else:
            name = self.rng.choice(["", "", "r", "x"])
            if name in self.names:
                self.s.close(name)
            self.s.parse(name, self.text())
            if name and name not in self.names:
                self.names.append(name)
        portal = self.rng.choice(["", "", "c"])
        self.s.bind(name, portal=portal).execute(portal)
        if portal:
            self.s.close_portal(portal)

    def step(self) -> None:
        kind = self.rng.random()
        if kind < 0.45:
            self.string()
        elif kind < 0.55:
            self.s.query(ASYNCPG)
        elif kind < 0.62 and self.names:
            self.s.query(f"execute {self.rng.choice(self.names)}" + self.rng.choice(["", "; select now() is null; " + LOOKS[0]]))
        else:
            for _ in range(self.rng.choice([1, 1, 2, 3])):
                self.execution()
            self.s.sync()
        self.s.write()


def generate(rng: random.Random, number: int) -> Script:
    scribe = Scribe(rng, number)
    writer = Writer(scribe)
    for _ in range(rng.randint(3, 10)):
        writer.step()
    names = rng.sample(list(START_UP), rng.choice([0, 1, 1, 2, 3]))
    given = [(name, rng.choice(START_UP[name])) for name in names]
    # pgBouncer 1.18 shows the name of another client to one that has none
    given.insert(rng.randint(0, len(given)), ("application_name", rng.choice(["it's me", "a \\ b"])))
    return scribe.script(parameters=tuple(given))
