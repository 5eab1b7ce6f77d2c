"""The suites, in the order in which they are run."""
from __future__ import annotations

from .go_suite import GoSuite
from .pytest_suite import PytestSuite
from .suite import Suite

SQLALCHEMY_DATABASE = ("CREATE SCHEMA test_schema", "CREATE SCHEMA test_schema_2", "CREATE EXTENSION hstore",
                       "CREATE EXTENSION citext")
SQLALCHEMY_TESTS = ("--backend-only", "test/engine", "test/sql", "test/dialect/postgresql",
                    "test/dialect/test_suite.py")
SQLALCHEMY_PACKAGES = ("greenlet==3.5.6", "typing_extensions==4.16.0")


def asyncpg(version: str) -> Suite:
    return PytestSuite(
        f"asyncpg-{version}", version, ci=True, distribution="asyncpg", packages=(f"asyncpg=={version}",),
        only_tests=True, arguments=("tests", "--ignore=tests/test__sourcecode.py", "--import-mode=importlib"),
        test_limit=15, limit=420)


def sqlalchemy(version: str, driver: str, *packages: str, ci: bool = False, control: bool = False) -> Suite:
    database = f"--dburi={{dsn:postgresql+{driver}}}"
    return PytestSuite(
        f"sqlalchemy-{version}-{driver}", version, ci=ci, control=control, distribution="sqlalchemy",
        packages=(f"SQLAlchemy=={version}", *packages, *SQLALCHEMY_PACKAGES), arguments=(database, *SQLALCHEMY_TESTS),
        ci_arguments=(database, "--backend-only", "test/engine"), setup_sql=SQLALCHEMY_DATABASE, limit=1800,
        strip=r"_postgresql\+\w+?_\d+_\d+")


SUITES: list[Suite] = [
    asyncpg("0.30.0"),
    asyncpg("0.32.0"),
    GoSuite("pq", "1.12.3", ci=True, module="github.com/lib/pq", database="pqgo", own_user="pqgo", limit=180,
            setup_sql=("""DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pqgo') THEN
                           CREATE ROLE pqgo SUPERUSER LOGIN; END IF; END $$""",)),
    sqlalchemy("2.0.58", "asyncpg", "asyncpg==0.30.0", ci=True),
    GoSuite("pgx", "5.12.0", module="github.com/jackc/pgx/v5",
            packages=(".", "./pgconn", "./pgxpool", "./stdlib", "./pgtype"),
            urls=("PGX_TEST_DATABASE", "PGX_TEST_TCP_CONN_STRING"), limit=600),
    PytestSuite("psycopg2", "2.9.13", control=True, distribution="psycopg2", packages=("psycopg2-binary==2.9.13",),
                only_tests=True, arguments=("tests",)),
    sqlalchemy("2.1.9", "asyncpg", "asyncpg==0.32.0"),
    sqlalchemy("2.0.58", "psycopg2", "psycopg2-binary==2.9.13", control=True),
]
