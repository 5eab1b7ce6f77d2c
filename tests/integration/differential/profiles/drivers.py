"""What well-behaved drivers put on the wire: parse, bind, describe in the order of each, its pipelines, pings and recoveries."""
import random

from ..script import Scribe, Script
from . import corpus
from .corpus import PARSE, Sql


class Driver:
    """One connection. It believes in what it has prepared, and whether its block has failed."""
    prefix, binary = 's', False

    def __init__(self, scribe: Scribe):
        self.s, self.rng = scribe, scribe.rng
        self.names: dict[Sql, str] = {}
        self.count = 0
        self.block = self.failed = False

    def name(self) -> str:
        self.count += 1
        return f'{self.prefix}{self.count}'

    def values(self, sql: Sql) -> tuple:
        return corpus.arguments_of(self.rng, sql, self.binary)

    def bind(self, statement: str, sql: Sql, portal: str = '') -> Scribe:
        return self.s.bind(statement, *self.values(sql), [int(self.binary)] if self.binary else [], portal)

    def simple(self, text: str) -> None:
        self.s.query(text).write()

    def begin(self) -> None:
        self.simple('BEGIN')

    def commit(self) -> None:
        self.simple('COMMIT')

    def rollback(self) -> None:
        self.simple('ROLLBACK')

    def run(self, sql: Sql) -> None:
        raise NotImplementedError

    def extra(self) -> None:
        """Something that only this driver does."""
        self.simple('')

    def fails_early(self, sql: Sql) -> bool:
        return self.failed or sql.fails == PARSE


class Asyncpg(Driver):
    prefix, binary = '__asyncpg_stmt_', True

    def name(self) -> str:
        self.count += 1
        return f'__asyncpg_stmt_{self.count:x}__'

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
            self.bind(self.names[sql], sql).execute(rows=self.rng.choice([0, 0, 1]) if not sql.writes else 0).sync().write()

    def extra(self) -> None:
        kind, sql = self.rng.randrange(4), self.rng.choice(corpus.READS[:9])
        if kind == 0 and self.prepare(corpus.WRITES[0]):
            for _ in range(self.rng.randint(2, 5)):
                self.bind(self.names[corpus.WRITES[0]], corpus.WRITES[0]).execute()
            self.s.sync().write()
        elif kind == 1 and self.prepare(sql):
            self.bind(self.names[sql], sql, 'p1').execute('p1', 2).sync().write()
            self.s.execute('p1', 2).sync().write().query('MOVE FORWARD 1 p1').write().close_portal('p1').sync().write()
        elif kind == 2:
            self.s.parse('', 'select a from u').describe().flush().write()
            self.s.query('copy u to stdout').write()
        else:
            self.simple('SELECT pg_advisory_unlock_all();\nCLOSE ALL;\nUNLISTEN *;\nRESET ALL;')


class Sqlalchemy(Asyncpg):
    def begin(self) -> None:
        self.simple('BEGIN;')

    def rollback(self) -> None:
        self.simple('ROLLBACK;')

    def extra(self) -> None:
        ping = Sql(';')
        self.begin()
        if self.prepare(ping):
            self.s.bind(self.names[ping], (), [1], [1]).execute(rows=1).sync().write()
        self.rollback()
        self.block = self.failed = False


class Psycopg(Driver):
    prefix = '_pg3_'

    def run(self, sql: Sql) -> None:
        oids = [0 if oid == corpus.TEXT else oid for oid in sql.arguments]
        if not sql.arguments and self.s.chance(0.3):
            return self.simple(sql.text)
        if self.s.chance(0.4) and sql not in self.names:
            self.s.parse('', sql.text, oids)
            self.bind('', sql).describe_portal().execute().sync().write()
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
            self.simple(f'DEALLOCATE {self.names.popitem()[1]}')
        elif self.s.chance(0.3):
            self.names.clear()
            self.simple('DEALLOCATE ALL')
        else:
            self.pipeline()

    def pipeline(self) -> None:
        for _ in range(self.rng.randint(2, 5)):
            sql = self.rng.choice(corpus.READS + corpus.WRITES[:4])
            self.s.parse('', sql.text)
            self.bind('', sql).describe_portal().execute()
            if self.s.chance(0.3):
                self.s.flush().write()
        self.s.sync().write().flush().write()


class Pgjdbc(Driver):
    prefix = 'S_'

    def run(self, sql: Sql) -> None:
        if self.block and not self.failed and self.s.chance(0.2):
            self.s.query('SAVEPOINT PGJDBC_AUTOSAVE')
        if self.s.chance(0.2) and self.names:
            self.s.close(self.names.pop(next(iter(self.names))))
        if sql in self.names:
            self.bind(self.names[sql], sql).execute().sync().write()
            return
        name = self.name() if self.s.chance(0.6) else ''
        self.s.parse(name, sql.text, [o if self.s.chance(0.8) else 0 for o in sql.arguments])
        self.bind(name, sql).describe_portal().execute().sync().write()
        if name and not self.fails_early(sql):
            self.names[sql] = name

    def begin(self) -> None:
        self.s.parse('', 'BEGIN').bind().execute(rows=0)          # rides in front of the first statement

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
            self.s.parse('', sql.text, sql.arguments)
            self.bind('', sql, 'C_6').describe_portal('C_6').execute('C_6', 2).sync().write()
            self.s.execute('C_6', 2).sync().write().close_portal('C_6').parse('', 'select 1').bind().execute().sync().write()
        else:
            self.s.parse('', '').bind().describe_portal().execute(rows=1).sync().write()


class Pgx(Driver):
    prefix = 'stmtcache_'

    def run(self, sql: Sql) -> None:
        mode = self.rng.choice(['statement', 'statement', 'describe', 'exec', 'exec'])
        if mode == 'statement':
            if sql not in self.names:
                name = self.name()
                self.s.parse(name, sql.text).describe(name).sync().write()
                if self.fails_early(sql):
                    return
                self.names[sql] = name
            self.bind(self.names[sql], sql).describe_portal().execute().sync().write()
            return
        self.s.parse('', sql.text).describe().sync().write()
        if self.fails_early(sql):
            return
        if mode == 'describe':
            self.s.parse('', sql.text, sql.arguments)
        self.bind('', sql).describe_portal().execute().sync().write()

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


class Libpq(Driver):
    """lib/pq: the unnamed statement is used across a Sync."""
    prefix = ''

    def run(self, sql: Sql) -> None:
        if not sql.arguments and self.s.chance(0.5):
            return self.simple(sql.text)
        name = self.name() if self.s.chance(0.3) else ''
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
        self.s.parse(name, 'select generate_series(1, 5)').describe(name).sync().write()
        self.s.bind(name, portal='p0').sync().write().execute('p0', 2).sync().write(wait=False)
        self.s.close_portal('p0').sync().query('savepoint t' if self.block else 'select 1').write()


class NodePostgres(Driver):
    def run(self, sql: Sql) -> None:
        if not sql.arguments and self.s.chance(0.5):
            return self.simple(sql.text)
        if sql in self.names:
            self.bind(self.names[sql], sql).describe_portal().execute().sync().write()
            return None
        name = self.name() if self.s.chance(0.5) else ''
        self.s.parse(name, sql.text)
        self.bind(name, sql).describe_portal().execute().sync().write()
        if name and not self.fails_early(sql):
            self.names[sql] = name
        return None

    def extra(self) -> None:
        """pg-cursor: one cycle in several writes."""
        self.s.parse('', 'select generate_series(1, 5) where $1 = 1').bind('', [b'1'], [0], [0], 'C_2').describe_portal('C_2').flush()
        self.s.execute('C_2', 2).flush().write().execute('C_2', 2).flush().write().close_portal('C_2').sync().write()


class PostgresJs(Driver):
    def run(self, sql: Sql) -> None:
        if sql in self.names:
            self.bind(self.names[sql], sql).execute().sync()
            if self.s.chance(0.5):
                self.s.write()
            return                                                  # else the next query's Parse rides behind it
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
        self.s.query('copy u from stdin').write()
        if not self.failed:
            self.s.add(corpus.COPY_ROW).write(wait=False)
        self.s.add(corpus.COPY_DONE).write().add(corpus.STRAY_FAIL).write()


class Sqlx(Driver):
    prefix, binary = 'sqlx_s_', True

    def run(self, sql: Sql) -> None:
        name = self.names.get(sql, '')
        if not name:
            name = self.name() if self.s.chance(0.7) else ''
            self.s.parse(name, sql.text, sql.arguments).describe(name).sync().write()
            if self.fails_early(sql):
                return
            if name:
                self.names[sql] = name
        self.s.bind(name, *self.values(sql), [1]).execute().close_portal().sync().write()

    def extra(self) -> None:
        self.s.sync().write()


class Npgsql(Driver):
    prefix = '_auto'

    def run(self, sql: Sql) -> None:
        if sql not in self.names and self.s.chance(0.6):
            slot = self.names.pop(next(iter(self.names))) if len(self.names) > 2 else ''
            if slot:
                self.s.close(slot)
            name = slot or self.name()
            self.s.parse(name, sql.text, sql.arguments)
            if not self.fails_early(sql):
                self.names[sql] = name
        elif sql in self.names:
            name = self.names[sql]
        else:
            name = ''
            self.s.parse('', sql.text, sql.arguments)
        self.bind(name, sql).describe_portal().execute().sync().write()

    def extra(self) -> None:
        if not self.block:
            self.names.clear()
            self.s.query('DISCARD ALL').query('BEGIN').parse('', 'select 1').bind().describe_portal().execute().sync()
            self.s.query('ROLLBACK').write()


class Postgrex(Driver):
    prefix, binary = 'ecto_', True

    def run(self, sql: Sql) -> None:
        if sql not in self.names:
            name = self.name() if self.s.chance(0.7) else ''
            self.s.close(name).parse(name, sql.text, sql.arguments).describe(name).flush().write()
            if self.fails_early(sql):
                self.s.sync().write()
                return
            if not name:
                self.bind(name, sql).execute().close('').sync().write()
                return
            self.names[sql] = name
        self.bind(self.names[sql], sql).execute().sync().write()

    def extra(self) -> None:
        sql = corpus.READS[1]
        if self.block and not self.failed and sql in self.names:
            self.s.query('SAVEPOINT e')
            self.bind(self.names[sql], sql).execute().query('RELEASE SAVEPOINT e').write()
        else:
            self.s.sync().write()


class Pdo(Driver):
    """PDO, ActiveRecord, DBD::Pg: libpq underneath, statements given up by DEALLOCATE."""
    prefix = 'pdo_stmt_'

    def run(self, sql: Sql) -> None:
        if sql not in self.names:
            name = self.name()
            self.s.parse(name, sql.text, [0] * len(sql.arguments)).sync().write()
            if self.s.chance(0.3) and self.names:
                self.simple(f'DEALLOCATE {self.names.popitem()[1]}')
            if self.fails_early(sql):
                return
            self.names[sql] = name
        self.bind(self.names[sql], sql).describe_portal().execute().sync().write()
        if self.s.chance(0.5):
            self.simple(f'DEALLOCATE {self.names.pop(sql)}')

    def extra(self) -> None:
        self.simple('/* DBD::Pg ping test v3.16.0 */')


class Pgbench(Driver):
    prefix = 'P_'

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


DRIVERS = [Asyncpg, Asyncpg, Sqlalchemy, Psycopg, Pgjdbc, Pgx, Libpq, Tokio, NodePostgres, PostgresJs, Sqlx, Npgsql, Postgrex, Pdo, Pgbench]


def drive(driver: Driver, rounds: int) -> None:
    """A program of that driver: statements in and out of blocks, failures, rollback after a failure or a little later."""
    rng = driver.rng
    usual = rng.sample(corpus.READS + corpus.WRITES, 5) + rng.sample(corpus.FAILURES, 1) + corpus.EMPTY[:1]
    for _ in range(rounds):
        move = rng.random()
        if move < 0.15 and not driver.block:
            driver.begin()
            driver.block = True
        elif driver.block and (move < 0.25 or driver.failed and move < 0.7):
            driver.rollback() if driver.failed or rng.random() < 0.3 else driver.commit()
            driver.block = driver.failed = False
        elif move < 0.4:
            driver.extra()
        else:
            sql = rng.choice(usual)
            driver.run(sql)
            driver.failed = driver.failed or driver.block and bool(sql.fails)
    driver.s.write()


def generate(rng: random.Random, number: int) -> Script:
    scribe = Scribe(rng, number)
    drive(rng.choice(DRIVERS)(scribe), rng.randint(5, 12))
    return scribe.script()
