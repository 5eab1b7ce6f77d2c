"""The suites, in the order in which they are run."""
from __future__ import annotations

from .django_suite import DjangoSuite
from .go_suite import GoSuite
from .java_suite import JavaSuite
from .pytest_suite import PytestSuite
from .rust_suite import RustSuite
from .suite import Suite

SQLALCHEMY_DATABASE = ("CREATE SCHEMA test_schema", "CREATE SCHEMA test_schema_2", "CREATE EXTENSION hstore",
                       "CREATE EXTENSION citext")
SQLALCHEMY_TESTS = ("--backend-only", "test/engine", "test/sql", "test/dialect/postgresql",
                    "test/dialect/test_suite.py")
PGX_DATABASE = ("CREATE EXTENSION hstore", "CREATE EXTENSION ltree", "CREATE DOMAIN uint64 AS numeric(20, 0)",
                """DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname LIKE ' tricky%') THEN
                    CREATE ROLE " tricky, ' } "" \\ test user " SUPERUSER LOGIN; END IF; END $$""")
TOKIO_DATABASE = tuple(
    f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN "
    f"CREATE ROLE {role} LOGIN PASSWORD 'password'; END IF; END $$"
    for role in ("pass_user", "md5_user", "scram_user", "ssl_user")
) + ("CREATE EXTENSION IF NOT EXISTS hstore", "CREATE EXTENSION IF NOT EXISTS citext",
     "CREATE EXTENSION IF NOT EXISTS ltree")
DJANGO_PACKAGES = ("Django==5.2", "asgiref==3.8.1", "sqlparse==0.5.3", "psycopg==3.3.9", "psycopg-binary==3.3.9",
                   "typing_extensions==4.16.0")
DJANGO_APPLICATIONS = ("aggregation", "aggregation_regress", "annotations", "backends", "basic", "bulk_create",
                       "custom_lookups", "datetimes", "db_functions", "delete", "expressions", "expressions_case",
                       "get_or_create", "lookup", "many_to_many", "postgres_tests", "raw_query", "select_for_update",
                       "transactions", "update", "window_tests")
VERTX_CLASSES = (  # without those that cancel, which end pgBouncer 1.18, and those that want TLS or a Unix socket
    "tck.PgBinaryDataTypeDecodeTest", "tck.PgBinaryDataTypeEncodeTest", "tck.PgCollectorTest", "tck.PgDriverTest",
    "tck.PgNullValueEncodeTest", "tck.PgPipeliningQueryTest", "tck.PgPreparedBatchTest", "tck.PgPreparedQueryTest",
    "tck.PgPreparedQueryCachedTest", "tck.PgPreparedQueryPooledTest", "tck.PgSimpleQueryTest",
    "tck.PgSimpleQueryPooledTest", "tck.PgTextDataTypeDecodeTest", "tck.PgTransactionTest", "PreparedStatementTest",
    "PreparedStatementCachedTest", "PgPipeliningTest")
SQLALCHEMY_PACKAGES = ("greenlet==3.5.6", "typing_extensions==4.16.0")


# How busy the machine is decides: the first wants an error before 4 MB are in the sockets on the way, the second an
# answer within a quarter of a second.
BY_CHANCE = ("tests/test_execute.py::TestExecuteMany::test_executemany_server_failure_during_writes",
             "tests/test_timeout.py::TestCloseTimeoutPendingCancel::test_close_has_one_timeout_budget")


def asyncpg(version: str) -> Suite:
    return PytestSuite(
        f"asyncpg-{version}", version, ci=True, distribution="asyncpg",
        packages=(f"asyncpg=={version}", "distro==1.9.0"), only_tests=True,
        arguments=("tests", "--ignore=tests/test__sourcecode.py", "--import-mode=importlib",
                   *(f"--deselect={name}" for name in BY_CHANCE)),
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
    GoSuite("pq", "1.12.3", ci=True, module="github.com/lib/pq", database="pqgo", user="pqgo",
            packages=(".", "./hstore"),
            # an empty application_name, instead of which pgBouncer shows that of whoever had the server before
            without="^TestRuntimeParameters$/^#08$",
            setup_sql=("""DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pqgo') THEN
                           CREATE ROLE pqgo SUPERUSER LOGIN; END IF; END $$""",)),
    sqlalchemy("2.0.58", "asyncpg", "asyncpg==0.30.0", ci=True),
    GoSuite("pgx", "5.12.0", module="github.com/jackc/pgx/v5",
            packages=(".", "./pgconn", "./pgxpool", "./stdlib", "./pgtype"),
            urls=("PGX_TEST_DATABASE", "PGX_TEST_TCP_CONN_STRING", "PGX_TEST_PGBOUNCER_CONN_STRING"),
            slow={"TestListenNotifyWhileBusyIsSafe": 120}, setup_sql=PGX_DATABASE),
    RustSuite("tokio-postgres", "0.7.18", crate="tokio-postgres", database="postgres", setup_sql=TOKIO_DATABASE),
    PytestSuite("psycopg2", "2.9.13", control=True, distribution="psycopg2", packages=("psycopg2-binary==2.9.13",),
                only_tests=True, arguments=("tests",)),
    DjangoSuite("django", "5.2", distribution="django", packages=DJANGO_PACKAGES, applications=DJANGO_APPLICATIONS,
                setup_sql=("DROP DATABASE IF EXISTS {database}_other", "CREATE DATABASE {database}_other")),
    sqlalchemy("2.1.9", "asyncpg", "asyncpg==0.32.0"),
    sqlalchemy("2.0.58", "psycopg2", "psycopg2-binary==2.9.13", control=True),
    JavaSuite("vertx-pg-client", "5.0.12", classes=VERTX_CLASSES),
]
