"""Statements over the tables and the view of relations.py, by what is left of them when they are executed in vain."""

from typing import NamedTuple

from .corpus import INT4


class Statement(NamedTuple):
    text: str
    columns: int = 0  # without those of `stars`
    stars: tuple[str, ...] = ()  # relations all of whose columns it returns
    arguments: tuple[int, ...] = ()
    limited: bool = False  # may be asked for a few rows at a time


def read(text: str, *stars: str, columns: int = 0) -> Statement:
    return Statement(text, columns, stars, (INT4,) * text.count("$1"), True)


def write(text: str, *stars: str, columns: int = 0) -> Statement:
    return Statement(text, columns, stars, (INT4,) * text.count("$1"))


PLAIN = [
    read("select * from t order by a", "t"),
    read("select * from u where a >= $1 order by a, b", "u"),
    read("select * from v", "v"),
    read("select v.*, t.c from v join t using (a) order by a", "v", columns=1),
    read("select t.*, u.b as ub from t join u using (a) order by t.a, u.b", "t", columns=1),
    read("with w as (select * from t) select * from w order by a", "t"),
    read("select * from u union all select * from u order by 1, 2", "u"),
    read("select * from (select * from t where a <= $1) s order by a limit 2", "t"),
    read("select b from u order by b", columns=1),
    read("select c, count(*) from t group by c order by c", columns=2),
    read("select a, (select max(b) from u) from t order by a", columns=2),
    read("select * from t where a = $1 for update", "t"),
    read("select $1::int", columns=1),
    read("show datestyle", columns=1),
]
EFFECTS = [
    write("select lib.adds($1)", columns=1),
    write("select t.*, lib.adds(a) from t order by a", "t", columns=1),
    write("select * from t where lib.adds(a) > 1 order by a", "t"),
    write("select *, lib.noisy(a) from v", "v", columns=1),
    write("insert into u values ($1, 5) returning *", "u"),
    write("insert into u (a, b) select a, 1 from t order by a returning *", "u"),
    write("update u set b = b + 1 where a = $1 returning *", "u"),
    write("delete from u where a = $1 returning *", "u"),
    write("insert into t (a, b) values ($1, 'new') on conflict (a) do update set b = 'old' returning *", "t"),
    write("with w as (insert into u values ($1, 9) returning *) select * from w", "u"),
    write("with w as (delete from u where a = $1 returning *) select * from w order by b", "u"),
    write("insert into u values ($1, 6)"),
    write("call lib.records($1)"),
    write("call lib.gives($1)", columns=1),
    write("call gives(null)", columns=1),
]
FAILURES = [
    read("select *, 6 / (a - 2) from t order by a", "t", columns=1),
    write("select *, lib.fails(a) from v", "v", columns=1),
    write("insert into t values (1, 'twice', '') returning *", "t"),
    write("insert into later values (1) returning *", columns=1),
]
