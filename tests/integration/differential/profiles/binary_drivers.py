"""asyncpg, SQLAlchemy on it, pgjdbc, pgx, lib/pq and tokio-postgres."""

from ..script import Scribe
from . import corpus
from .corpus import Sql
from .driver import Driver


class Asyncpg(Driver):
    prefix, binary = "__asyncpg_stmt_", True

    def name(self) -> str:
        self.count += 1
        return f"__asyncpg_stmt_{self.count:x}__"

    def prepare(self, sql: Sql) -> bool:
        if sql in self.names:
            return True
        name = self.name()
        self.s.parse(name, sql.text).describe(name).flush().write()
        if self.fails_early(sql):
            self.s.sync().write()
            return False
        self.names[sql] = name
        if len(self.names) > 3:
            self.s.close(self.names.pop(next(iter(self.names)))).sync().write()
        return True

    def run(self, sql: Sql) -> None:
        if self.prepare(sql):
            self.bind(self.names[sql], sql).execute(
                rows=self.rng.choice([0, 0, 1]) if not sql.writes else 0
            ).sync().write()

    def extra(self) -> None:
        kind, sql = self.rng.randrange(4), self.rng.choice(corpus.READS[:9])
        if kind == 0 and self.prepare(corpus.WRITES[0]):
            for _ in range(self.rng.randint(2, 5)):
                self.bind(self.names[corpus.WRITES[0]], corpus.WRITES[0]).execute()
            self.s.sync().write()
        elif kind == 1 and self.prepare(sql):
            self.bind(self.names[sql], sql, "p1").execute("p1", 2).sync().write()
            self.s.execute("p1", 2).sync().write().query("MOVE FORWARD 1 p1").write().close_portal(
                "p1"
            ).sync().write()
        elif kind == 2:
            self.s.parse("", "select a from u").describe().flush().write()
            self.s.query("copy u to stdout").write()
        else:
            self.simple("SELECT pg_advisory_unlock_all();\nCLOSE ALL;\nUNLISTEN *;\nRESET ALL;")


class Sqlalchemy(Asyncpg):
    def begin(self) -> None:
        self.simple("BEGIN;")

    def rollback(self) -> None:
        self.simple("ROLLBACK;")

    def extra(self) -> None:
        ping = Sql(";")
        self.begin()
        if self.prepare(ping):
            self.s.bind(self.names[ping], (), [1], [1]).execute(rows=1).sync().write()
        self.rollback()
        self.block = self.failed = False


class Pgjdbc(Driver):
    prefix = "S_"

    def run(self, sql: Sql) -> None:
        if self.block and not self.failed and self.s.chance(0.2):
            self.s.query("SAVEPOINT PGJDBC_AUTOSAVE")
        if self.s.chance(0.2) and self.names:
            self.s.close(self.names.pop(next(iter(self.names))))
        if sql in self.names:
            self.bind(self.names[sql], sql).execute().sync().write()
            return
        name = self.name() if self.s.chance(0.6) else ""
        self.s.parse(name, sql.text, [o if self.s.chance(0.8) else 0 for o in sql.arguments])
        self.bind(name, sql).describe_portal().execute().sync().write()
        if name and not self.fails_early(sql):
            self.names[sql] = name

    def begin(self) -> None:
        self.s.parse("", "BEGIN").bind().execute(rows=0)  # rides in front of the first statement

    def commit(self) -> None:
        self.end(corpus.COMMIT)

    def rollback(self) -> None:
        self.end(corpus.ROLLBACK)

    def end(self, sql: Sql) -> None:
        if sql not in self.names:
            self.names[sql] = self.name()
            self.s.parse(self.names[sql], sql.text)
        self.s.bind(self.names[sql]).execute(rows=1).sync().write()

    def extra(self) -> None:
        kind, insert = self.rng.randrange(3), corpus.WRITES[2]
        if kind == 0:
            name = self.name()
            self.s.parse(name, insert.text, insert.arguments).describe(name).sync().write()
            for _ in range(self.rng.randint(2, 4)):
                self.bind(name, insert).describe_portal().execute(rows=1)
            self.s.sync().write()
        elif kind == 1:
            sql = self.rng.choice(corpus.READS[:9])
            self.s.parse("", sql.text, sql.arguments)
            self.bind("", sql, "C_6").describe_portal("C_6").execute("C_6", 2).sync().write()
            self.s.execute("C_6", 2).sync().write().close_portal("C_6").parse(
                "", "select 1"
            ).bind().execute().sync().write()
        else:
            self.s.parse("", "").bind().describe_portal().execute(rows=1).sync().write()


class Pgx(Driver):
    prefix = "stmtcache_"

    def run(self, sql: Sql) -> None:
        mode = self.rng.choice(["statement", "statement", "describe", "exec", "exec"])
        if mode == "statement":
            if sql not in self.names:
                name = self.name()
                self.s.parse(name, sql.text).describe(name).sync().write()
                if self.fails_early(sql):
                    return
                self.names[sql] = name
            self.bind(self.names[sql], sql).describe_portal().execute().sync().write()
            return
        self.s.parse("", sql.text).describe().sync().write()
        if self.fails_early(sql):
            return
        if mode == "describe":
            self.s.parse("", sql.text, sql.arguments)
        self.bind("", sql).describe_portal().execute().sync().write()

    def extra(self) -> None:
        """A batch: new statements are prepared in one go, then all are run in one go."""
        batch = [self.rng.choice(corpus.READS + corpus.WRITES[:5]) for _ in range(self.rng.randint(2, 4))]
        for sql in batch:
            if sql not in self.names:
                self.names[sql] = self.name()
                self.s.parse(self.names[sql], sql.text).describe(self.names[sql])
        if self.failed:
            self.names.clear()
            self.s.sync().write()
            return
        self.s.sync().write()
        for sql in batch:
            self.bind(self.names[sql], sql).describe_portal().execute()
        self.s.sync().write()
        self.s.close(self.names.pop(batch[0])).sync().write()


class LibPq(Driver):
    """The unnamed statement is used across a Sync."""

    prefix = ""

    def run(self, sql: Sql) -> None:
        if not sql.arguments and self.s.chance(0.5):
            return self.simple(sql.text)
        name = self.name() if self.s.chance(0.3) else ""
        self.s.parse(name, sql.text).describe(name).sync().write()
        if not self.fails_early(sql):
            self.bind(name, sql).execute().sync().write()
        if name:
            self.s.close(name).sync().write()
        return None


class Tokio(Driver):
    """tokio-postgres: several cycles in flight, the Close of a statement at any moment."""

    binary = True

    def run(self, sql: Sql) -> None:
        if sql not in self.names:
            name = self.name()
            self.s.parse(name, sql.text).describe(name).sync().write()
            if self.fails_early(sql):
                return
            self.names[sql] = name
        for _ in range(self.rng.randint(1, 3)):
            self.bind(self.names[sql], sql).execute().sync()
            if self.s.chance(0.3):
                self.s.write(wait=False)
        if self.s.chance(0.4):
            self.s.close(self.names.pop(sql)).sync()
        self.s.write()

    def extra(self) -> None:
        name = self.name()
        self.s.parse(name, "select generate_series(1, 5)").describe(name).sync().write()
        self.s.bind(name, portal="p0").sync().write().execute("p0", 2).sync().write(wait=False)
        self.s.close_portal("p0").sync().query("savepoint t" if self.block else "select 1").write()
