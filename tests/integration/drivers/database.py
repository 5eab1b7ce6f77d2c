"""The schema that client programs work in. They name it: no search path lasts behind a transaction pooler."""

SCHEMA = "drivers"
DROP = f"set client_min_messages = warning; drop schema if exists {SCHEMA} cascade;"


def drop(postgres) -> None:
    postgres.psql(f"{DROP} alter database postgres reset jit")


def create_anew(postgres) -> None:
    """Schema `drivers`, empty but for the types that the programs know.

    asyncpg looks types up with jit switched off by a SET, which is lost behind a transaction pooler: not wrong, but
    half a second for every look-up. So jit is off from the start.
    """
    postgres.psql(
        f"""{DROP} create extension if not exists hstore; create schema {SCHEMA};
        create type {SCHEMA}.mood as enum ('sad', 'happy');
        create type {SCHEMA}.pair as (x int, y text);
        create type {SCHEMA}.span as range (subtype = int);
        create domain {SCHEMA}.positive as int check (value > 0);
        alter database postgres set jit = off"""
    )
