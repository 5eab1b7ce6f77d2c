"""What the models of drivers have in common."""

from ..script import Scribe
from . import corpus
from .corpus import PARSE, Sql


class Driver:
    """One connection. It believes in what it has prepared, and whether its block has failed."""

    prefix, binary = "s", False

    def __init__(self, scribe: Scribe):
        self.s, self.rng = scribe, scribe.rng
        self.names: dict[Sql, str] = {}
        self.count = 0
        self.block = self.failed = False

    def name(self) -> str:
        self.count += 1
        return f"{self.prefix}{self.count}"

    def values(self, sql: Sql) -> tuple:
        return corpus.arguments_of(self.rng, sql, self.binary)

    def bind(self, statement: str, sql: Sql, portal: str = "") -> Scribe:
        return self.s.bind(statement, *self.values(sql), [int(self.binary)] if self.binary else [], portal)

    def simple(self, text: str) -> None:
        self.s.query(text).write()

    def begin(self) -> None:
        self.simple("BEGIN")

    def commit(self) -> None:
        self.simple("COMMIT")

    def rollback(self) -> None:
        self.simple("ROLLBACK")

    def run(self, sql: Sql) -> None:
        raise NotImplementedError

    def extra(self) -> None:
        """Something that only this driver does."""
        self.simple("")

    def fails_early(self, sql: Sql) -> bool:
        return self.failed or sql.fails == PARSE
