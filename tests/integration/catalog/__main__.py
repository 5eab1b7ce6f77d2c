"""Writes the names that a plain statement may call, of PostgreSQL 14 to 18: src/proxy/sql/plain_*.inc.

    python3 -m tests.integration.catalog
"""
from __future__ import annotations

import functools
import operator
import os

from tests.integration.servers import installation
from tests.integration.support.stack import Postgres

from . import names


def catalog_of(major: str) -> names.Catalog:
    os.environ["PG_BINDIR"] = str(installation.install(major) / "bin")
    server = Postgres()
    try:
        server.start()
        return names.read(server)
    finally:
        server.remove()


if __name__ == "__main__":
    names.write(functools.reduce(operator.or_, map(catalog_of, installation.known())))
