"""Tables, a view and a procedure whose columns change, and how many columns they have."""

import random
from copy import deepcopy

VIEW = ["i as a", "i * 10 as b", "'x' as c", "i::bigint as d"]


class Relations:
    def __init__(self, rng: random.Random):
        self.rng = rng
        self.columns = {"t": 3, "u": 2, "v": 2}
        self.added: dict[str, list[str]] = {"t": [], "u": []}
        self.number = 0

    def copy(self) -> "Relations":
        other = Relations(self.rng)
        other.columns, other.added = deepcopy(self.columns), deepcopy(self.added)
        other.number = self.number + 100  # a name that is rolled back does not come again
        return other

    def creation(self) -> list[str]:
        return [
            "create view v as " + self.view(),
            "create procedure gives(inout n int) language sql as 'select 1'",
        ]

    def change(self) -> str:
        """One change, which is believed to succeed."""
        ways = [self.grow, self.shrink, self.retype, self.replace, self.review, self.recall, self.rename, self.harmless]
        return self.rng.choices(ways, [6, 4, 4, 2, 4, 1, 1, 1])[0]()

    def grow(self) -> str:
        table = self.rng.choice("tu")
        self.number += 1
        self.added[table].append(name := f"x{self.number}")
        self.columns[table] += 1
        kind = self.rng.choice(["int", "text default 'd'", "numeric(5, 1)", "int default 7"])
        return f"alter table {table} add column {name} {kind}"

    def shrink(self) -> str:
        table = self.rng.choice("tu")
        if not self.added[table]:
            return self.grow()
        self.columns[table] -= 1
        return f"alter table {table} drop column {self.added[table].pop()}"

    def retype(self) -> str:
        return self.rng.choice(
            [f"alter table u alter b type {kind}" for kind in ("bigint", "int", "numeric(9, 2)")]
            + [f"alter table t alter c type {kind}" for kind in ("varchar(7)", "varchar(5)", "text")]
        )

    def replace(self) -> str:
        more = self.rng.randint(0, 2)
        self.added["u"] = [f"y{i}" for i in range(more)]
        self.columns["u"] = 2 + more
        return (
            "drop table u; create table u (a int, b int"
            + "".join(f", {name} text" for name in self.added["u"])
            + "); insert into u select i, i from generate_series(1, 3) i"
        )

    def review(self) -> str:
        """Another view of the same name; one with more columns may replace it."""
        before, self.columns["v"] = self.columns["v"], self.rng.randint(1, len(VIEW))
        if self.columns["v"] >= before and self.rng.random() < 0.7:
            return "create or replace view v as " + self.view()
        return "drop view v; create view v as " + self.view()

    def view(self) -> str:
        return f"select {', '.join(VIEW[:self.columns['v']])} from generate_series(1, 3) i"

    def recall(self) -> str:
        kind = self.rng.choice(["int", "text"])
        return f"drop procedure gives; create procedure gives(inout n {kind}) language sql as 'select 1::{kind}'"

    def rename(self) -> str:
        return self.rng.choice(["alter table t rename b to bb", "alter table t rename bb to b"])

    def harmless(self) -> str:
        return self.rng.choice(["analyze t", "create index on u (a)", "comment on table t is 'x'", "truncate later"])
