"""A service on asyncpg as its users write it: asyncpg_shop.py DSN"""

import asyncio
import datetime
import json
import sys
import uuid

import asyncpg

DSN = sys.argv[1]

SCHEMA = """
    drop schema if exists shop cascade; create schema shop;
    create type shop.state as enum ('new', 'paid', 'sent');
    create type shop.address as (street text, town text);
    create table shop.customer(id bigserial primary key, email text unique not null, name text not null, lives shop.address,
        details jsonb not null default '{}', tags text[] not null default '{}', active bool not null default true,
        key uuid not null default gen_random_uuid(), created timestamptz not null default now());
    create table shop.product(id serial primary key, name text not null, price numeric(10, 2) not null, stock int not null);
    create table shop.purchase(id bigserial primary key, customer_id bigint references shop.customer, state shop.state not null,
        placed timestamptz not null default now());
    create table shop.line(purchase_id bigint references shop.purchase, product_id int references shop.product,
        amount int not null, primary key (purchase_id, product_id));
    create table shop.job(id bigserial primary key, payload jsonb not null, taken timestamptz);
    create table shop.category(id int primary key, parent_id int references shop.category, name text not null);
    create view shop.turnover as select customer_id, sum(amount * price) as total
        from shop.purchase p join shop.line l on l.purchase_id = p.id join shop.product a on a.id = l.product_id group by 1;
    create function shop.next_number() returns bigint language sql as $$ select nextval('shop.purchase_id_seq') $$;
    insert into shop.category values (1, null, 'all'), (2, 1, 'books'), (3, 2, 'maps');
"""

READS = [
    ("select * from shop.customer where id = $1", 1),
    ("SELECT id, email, name FROM shop.customer WHERE email = $1", "a@b.c"),
    ("select exists(select 1 from shop.customer where email = $1)", "a@b.c"),
    ("select count(*) from shop.customer where active",),
    ("select * from shop.customer order by created desc, id desc limit $1 offset $2", 10, 0),
    ("select * from shop.customer where (created, id) < ($1, $2) order by created desc, id desc limit 10",
     datetime.datetime.now(datetime.timezone.utc), 100),
    ("select id, name from shop.customer where id = any($1::bigint[])", [1, 2, 3]),
    ("select id, name from shop.customer where name ilike '%' || $1 || '%' or lower(email) = lower($2)", "a", "b"),
    ("select id from shop.customer where details @> $1::jsonb", json.dumps({"a": 1})),
    ("select id, details->>'city' as city, details #> '{a,b}' from shop.customer where details ? 'city'",),
    ("select id, tags from shop.customer where tags && $1::text[] and cardinality(tags) > 0", ["x"]),
    ("select (lives).town, count(*) from shop.customer group by 1 having count(*) > 1 order by 2 desc",),
    ("select p.id, p.state, c.name from shop.purchase p join shop.customer c on c.id = p.customer_id "
     "where p.state = $1::shop.state and p.placed >= now() - interval '30 days' order by p.placed", "paid"),
    ("select p.id, json_agg(json_build_object('product', a.name, 'amount', l.amount) order by a.name) as lines "
     "from shop.purchase p left join shop.line l on l.purchase_id = p.id left join shop.product a on a.id = l.product_id "
     "where p.customer_id = $1 group by p.id", 1),
    ("select date_trunc('day', placed) as day, count(*), sum(l.amount * a.price)::float8 as total from shop.purchase p "
     "join shop.line l on l.purchase_id = p.id join shop.product a on a.id = l.product_id "
     "where placed between $1 and $2 group by day order by day",
     datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)),
    ("select coalesce(sum(amount), 0) from shop.line where product_id = $1", 1),
    ("select *, row_number() over (partition by customer_id order by placed desc) as n from shop.purchase",),
    ("select * from (select *, rank() over (order by price desc) as r from shop.product) ranked where r <= $1", 3),
    ("with recent as (select * from shop.purchase where placed > now() - $1::interval) "
     "select c.name, count(r.id) from shop.customer c left join recent r on r.customer_id = c.id group by c.id",
     datetime.timedelta(days=7)),
    ("with recursive tree as (select id, name, 1 as depth from shop.category where parent_id is null union all "
     "select c.id, c.name, t.depth + 1 from shop.category c join tree t on c.parent_id = t.id) select * from tree",),
    ("select case when stock = 0 then 'none' when stock < 10 then 'few' else 'many' end as level, count(*) "
     "from shop.product group by 1",),
    ("select to_char(placed, 'YYYY-MM') as month, count(distinct customer_id) filter (where state = 'paid') "
     "from shop.purchase group by 1",),
    ("select distinct on (customer_id) customer_id, id, placed from shop.purchase order by customer_id, placed desc",),
    ("select a.*, latest.placed from shop.customer a cross join lateral "
     "(select placed from shop.purchase p where p.customer_id = a.id order by placed desc limit 1) latest",),
    ("select unnest($1::int[]) as id", [1, 2]),
    ("select * from unnest($1::int[], $2::text[]) as t(id, name)", [1], ["x"]),
    ("select day::date from generate_series($1::timestamptz, $2::timestamptz, '1 day') day",
     datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), datetime.datetime(2020, 1, 9, tzinfo=datetime.timezone.utc)),
    ("select 1",),
    ("select version()",),
    ("select now()",),
    ("select current_setting('server_version_num')::int",),
    ("select * from shop.turnover where total > $1", 10),
    ("select percentile_cont(0.5) within group (order by price) from shop.product",),
    ("select id, ts_rank(to_tsvector('simple', name), q) from shop.product, plainto_tsquery('simple', $1) q "
     "where to_tsvector('simple', name) @@ q", "map"),
    ("select id from shop.customer union select customer_id from shop.purchase order by 1",),
    ("select md5(name), encode(sha256(name::bytea), 'hex'), length(name) from shop.customer",),
    ("select greatest(price, 10), round(price, 1), price * 1.2 as gross from shop.product",),
    ("select array_agg(name order by name), string_agg(name, ', ') from shop.product",),
    ("select * from shop.product tablesample system (50)",),
    ("select nextval('shop.purchase_id_seq')",),
    ("select shop.next_number()",),
    ("select pg_try_advisory_xact_lock($1)", 42),
    ("select pg_advisory_unlock_all()",),
    ("select pg_notify('shop', $1)", "x"),
    ("select set_config('shop.user', $1, true)", "7"),
    ("select * from shop.job where taken is null order by id limit 1 for update skip locked",),
    ("select stock from shop.product where id = $1 for update", 1),
    ("select table_name from information_schema.tables where table_schema = $1", "shop"),
    ("select relname, pg_relation_size(oid) from pg_class where relnamespace = 'shop'::regnamespace",),
    ("select column_name, data_type from information_schema.columns where table_name = $1", "customer"),
    ("show transaction isolation level",),
]

WRITES = [
    ("insert into shop.customer(email, name) values ($1, $2) returning id, created", f"{uuid.uuid4()}", "a"),
    ("insert into shop.product(name, price, stock) values ($1, $2, $3) returning *", "map", 3, 10),
    ("insert into shop.product(id, name, price, stock) values (1, 'x', 1, 1) on conflict (id) do update "
     "set stock = excluded.stock returning (xmax = 0)",),
    ("update shop.product set stock = stock - $2 where id = $1 and stock >= $2 returning stock", 1, 1),
    ("with taken as (update shop.job set taken = now() where id = (select id from shop.job where taken is null "
     "order by id limit 1 for update skip locked) returning *) select * from taken",),
    ("delete from shop.job where id = $1 returning payload", 1),
]


async def main():
    await (first := await asyncpg.connect(DSN)).execute(SCHEMA)
    await first.close()
    async with asyncpg.create_pool(DSN, min_size=1, max_size=1) as pool:
        for text, *values in WRITES + READS:
            async with pool.acquire() as connection, connection.transaction():
                await connection.fetch(text, *values)
        async with pool.acquire() as connection:
            await connection.fetch("select lives, state, tags, key, details from shop.customer, shop.purchase")
            await connection.executemany("insert into shop.job(payload) values ($1)", [("{}",), ("[]",)])
            async with connection.transaction():
                async for _ in connection.cursor("select * from shop.job order by id", prefetch=1):
                    pass


asyncio.run(main())
