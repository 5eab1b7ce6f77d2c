"""node-postgres, postgres.js, sqlx, Npgsql and Postgrex."""

from . import corpus
from .corpus import Sql
from .driver import Driver


class NodePostgres(Driver):
    def run(self, sql: Sql) -> None:
        if not sql.arguments and self.s.chance(0.5):
            return self.simple(sql.text)
        if sql in self.names:
            self.bind(self.names[sql], sql).describe_portal().execute().sync().write()
            return None
        name = self.name() if self.s.chance(0.5) else ""
        self.s.parse(name, sql.text)
        self.bind(name, sql).describe_portal().execute().sync().write()
        if name and not self.fails_early(sql):
            self.names[sql] = name
        return None

    def extra(self) -> None:
        """pg-cursor: one cycle in several writes."""
        self.s.parse("", "select generate_series(1, 5) where $1 = 1").bind(
            "", [b"1"], [0], [0], "C_2"
        ).describe_portal("C_2").flush()
        self.s.execute("C_2", 2).flush().write().execute("C_2", 2).flush().write().close_portal(
            "C_2"
        ).sync().write()


class PostgresJs(Driver):
    def run(self, sql: Sql) -> None:
        if sql in self.names:
            self.bind(self.names[sql], sql).execute().sync()
            if self.s.chance(0.5):
                self.s.write()
            return  # else the next query's Parse rides behind it
        name = self.name()
        self.s.parse(name, sql.text, [0] * len(sql.arguments)).describe(name)
        if sql.arguments:
            self.s.flush().write()
            if self.fails_early(sql):
                self.s.sync().write()
                return
        self.bind(name, sql).execute().sync().write()
        if not self.fails_early(sql):
            self.names[sql] = name

    def extra(self) -> None:
        self.s.query("copy u from stdin").write()
        if not self.failed:
            self.s.add(corpus.COPY_ROW).write(wait=False)
        self.s.add(corpus.COPY_DONE).write().add(corpus.STRAY_FAIL).write()


class Sqlx(Driver):
    prefix, binary = "sqlx_s_", True

    def run(self, sql: Sql) -> None:
        name = self.names.get(sql, "")
        if not name:
            name = self.name() if self.s.chance(0.7) else ""
            self.s.parse(name, sql.text, sql.arguments).describe(name).sync().write()
            if self.fails_early(sql):
                return
            if name:
                self.names[sql] = name
        self.s.bind(name, *self.values(sql), [1]).execute().close_portal().sync().write()

    def extra(self) -> None:
        self.s.sync().write()


class Npgsql(Driver):
    prefix = "_auto"

    def run(self, sql: Sql) -> None:
        if sql not in self.names and self.s.chance(0.6):
            slot = self.names.pop(next(iter(self.names))) if len(self.names) > 2 else ""
            if slot:
                self.s.close(slot)
            name = slot or self.name()
            self.s.parse(name, sql.text, sql.arguments)
            if not self.fails_early(sql):
                self.names[sql] = name
        elif sql in self.names:
            name = self.names[sql]
        else:
            name = ""
            self.s.parse("", sql.text, sql.arguments)
        self.bind(name, sql).describe_portal().execute().sync().write()

    def extra(self) -> None:
        if not self.block:
            self.names.clear()
            self.s.query("DISCARD ALL").query("BEGIN").parse(
                "", "select 1"
            ).bind().describe_portal().execute().sync()
            self.s.query("ROLLBACK").write()


class Postgrex(Driver):
    prefix, binary = "ecto_", True

    def run(self, sql: Sql) -> None:
        if sql not in self.names:
            name = self.name() if self.s.chance(0.7) else ""
            self.s.close(name).parse(name, sql.text, sql.arguments).describe(name).flush().write()
            if self.fails_early(sql):
                self.s.sync().write()
                return
            if not name:
                self.bind(name, sql).execute().close("").sync().write()
                return
            self.names[sql] = name
        self.bind(self.names[sql], sql).execute().sync().write()

    def extra(self) -> None:
        sql = corpus.READS[1]
        if self.block and not self.failed and sql in self.names:
            self.s.query("SAVEPOINT e")
            self.bind(self.names[sql], sql).execute().query("RELEASE SAVEPOINT e").write()
        else:
            self.s.sync().write()
