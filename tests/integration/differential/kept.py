"""Differences that are kept, each with its reason; what the profiles can avoid they do not make at all.

Not made by any profile: 'now'::timestamptz and the like in prepared texts; EXPLAIN of a generic plan;
SET TRANSACTION ISOLATION LEVEL behind a Parse; a row limit for INSERT ... RETURNING followed by a look at the table;
a Sync between a bad COPY row and CopyDone; collations; PREPARE and DEALLOCATE inside DO blocks,
pg_prepared_statements; EXECUTE behind COMMIT or ROLLBACK in one string; session state (SET, LISTEN, temporary
tables, WITH HOLD, session advisory locks), which no transaction pooler carries; a COPY in a string of several
statements that fails while much of its data is on its way, which pgBouncer 1.18 takes for the next transaction, with
and without a proxy.
"""

from typing import NamedTuple

from .wire import Message, error_fields

LOST_TRANSACTION = (
    "PostgreSQL 18 behind Execute, Query or FunctionCall, Sync: it says I, and rolls all back with the next command"
)
OPEN_PIPELINE = "PostgreSQL 18 says T behind Execute, Query; the proxy, which answers a PREPARE itself, says I"
ANALYSIS = {"42P01", "42703", "42704", "42804", "42846", "42883", "42P18", "3F000"}


class Kept(NamedTuple):
    reason: str
    direct: set[str]
    proxied: set[str]


KEPT = [
    Kept(
        "a value is bad and the re-analysis fails: the proxy parses first",
        {"22P02", "22P03", "08P01"},
        ANALYSIS,
    ),
    Kept(
        "EXECUTE has a wrong number of arguments and the re-analysis fails: the proxy parses first",
        {"42601"},
        ANALYSIS,
    ),
]


def kept(direct: Message, proxied: Message, version: int) -> str:
    """The reason for which these two replies may differ."""
    if version >= 18 and (direct.type, direct.body, proxied.type, proxied.body) == ("Z", b"T", "Z", b"I"):
        return OPEN_PIPELINE
    if direct.type != "E" or proxied.type != "E":
        return ""
    native, ours = error_fields(direct.body), error_fields(proxied.body)
    if native.get("R") not in ("EvaluateParams", "pg_strtoint32", "exec_bind_message", "pq_copymsgbytes"):
        return ""
    return next((k.reason for k in KEPT if native.get("C") in k.direct and ours.get("C") in k.proxied), "")


def fault_of_server(direct: list[Message]) -> str:
    """What PostgreSQL itself gets wrong, after which nothing can be compared. The proxy spares its client this one:
    it ends the implicit transaction as PostgreSQL up to 17 does.
    """
    errors = [error_fields(reply.body) for reply in direct if reply.type == "E"]
    lost = any((e.get("C"), e.get("R")) == ("XX000", "StartTransactionCommand") for e in errors)
    return LOST_TRANSACTION if lost else ""
