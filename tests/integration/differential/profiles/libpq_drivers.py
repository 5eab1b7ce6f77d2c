"""Clients on libpq: psycopg 3, PDO and its like, pgbench."""

from . import corpus
from .corpus import Sql
from .driver import Driver


class Psycopg(Driver):
    prefix = "_pg3_"

    def run(self, sql: Sql) -> None:
        oids = [0 if oid == corpus.TEXT else oid for oid in sql.arguments]
        if not sql.arguments and self.s.chance(0.3):
            return self.simple(sql.text)
        if self.s.chance(0.4) and sql not in self.names:
            self.s.parse("", sql.text, oids)
            self.bind("", sql).describe_portal().execute().sync().write()
            return None
        if sql not in self.names:
            name = self.name()
            self.s.parse(name, sql.text, oids).sync().write()
            if self.fails_early(sql):
                return None
            self.names[sql] = name
        self.bind(self.names[sql], sql).describe_portal().execute().sync().write()
        return None

    def extra(self) -> None:
        if self.s.chance(0.3) and self.names:
            self.simple(f"DEALLOCATE {self.names.popitem()[1]}")
        elif self.s.chance(0.3):
            self.names.clear()
            self.simple("DEALLOCATE ALL")
        else:
            self.pipeline()

    def pipeline(self) -> None:
        for _ in range(self.rng.randint(2, 5)):
            sql = self.rng.choice(corpus.READS + corpus.WRITES[:4])
            self.s.parse("", sql.text)
            self.bind("", sql).describe_portal().execute()
            if self.s.chance(0.3):
                self.s.flush().write()
        self.s.sync().write().flush().write()


class Pdo(Driver):
    """PDO, ActiveRecord, DBD::Pg: libpq underneath, statements given up by DEALLOCATE."""

    prefix = "pdo_stmt_"

    def run(self, sql: Sql) -> None:
        if sql not in self.names:
            name = self.name()
            self.s.parse(name, sql.text, [0] * len(sql.arguments)).sync().write()
            if self.s.chance(0.3) and self.names:
                self.simple(f"DEALLOCATE {self.names.popitem()[1]}")
            if self.fails_early(sql):
                return
            self.names[sql] = name
        self.bind(self.names[sql], sql).describe_portal().execute().sync().write()
        if self.s.chance(0.5):
            self.simple(f"DEALLOCATE {self.names.pop(sql)}")

    def extra(self) -> None:
        self.simple("/* DBD::Pg ping test v3.16.0 */")


class Pgbench(Driver):
    prefix = "P_"

    def run(self, sql: Sql) -> None:
        if sql not in self.names:
            name = self.name()
            self.s.parse(name, sql.text).sync().write()
            if self.fails_early(sql):
                return
            self.names[sql] = name
        self.bind(self.names[sql], sql).describe_portal().execute().sync().write()

    def begin(self) -> None:
        self.run(corpus.BEGIN)

    def commit(self) -> None:
        self.run(corpus.COMMIT)

    def rollback(self) -> None:
        self.run(corpus.ROLLBACK)

    def extra(self) -> None:
        if self.failed or self.block:
            return
        steps = [corpus.BEGIN, corpus.READS[1], corpus.WRITES[4], corpus.COMMIT]
        for sql in steps:
            if sql not in self.names:
                self.names[sql] = self.name()
                self.s.parse(self.names[sql], sql.text).sync().write()
        for sql in steps:
            self.bind(self.names[sql], sql).describe_portal().execute()
        self.s.sync().write()
