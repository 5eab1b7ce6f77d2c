"""psycopg 3 as its documentation and its users use it, after the schema of asyncpg_shop.py: psycopg_shop.py DSN"""

import sys

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.enum import EnumInfo, register_enum
from psycopg.types.hstore import register_hstore
from psycopg.types import TypeInfo
from psycopg.types.composite import CompositeInfo, register_composite

DSN = sys.argv[1]

READS = [
    ("SELECT * FROM shop.customer WHERE id = %s", [1]),
    ("SELECT * FROM shop.customer WHERE email = %(email)s AND active", {"email": "a@b.c"}),
    ("SELECT id, name FROM shop.customer WHERE id = ANY(%s)", [[1, 2]]),
    ("SELECT count(*) AS n FROM shop.purchase WHERE state = %s", ["paid"]),
    ("SELECT * FROM shop.product WHERE price BETWEEN %s AND %s ORDER BY price LIMIT 20", [1, 2]),
    ("SELECT name FROM shop.product WHERE name LIKE %s", ["m%"]),
    ("SELECT max(placed), min(placed), avg(id) FROM shop.purchase", []),
    ("SELECT c.name, t.total FROM shop.customer c LEFT JOIN shop.turnover t ON t.customer_id = c.id", []),
    ("SELECT EXTRACT(dow FROM placed), count(*) FROM shop.purchase GROUP BY 1", []),
    ("SELECT name FROM shop.category WHERE parent_id IS NOT DISTINCT FROM %s", [None]),
    ("SELECT row_to_json(c) FROM shop.customer c", []),
    ("SELECT jsonb_path_query(details, '$.a[*]') FROM shop.customer", []),
    ("SELECT jsonb_array_elements_text(%s::jsonb)", ['["a"]']),
    ("SELECT %s::text, %s::int8, %s::date", ["a", 1, "2020-01-01"]),
    ("SELECT (SELECT count(*) FROM shop.line l WHERE l.purchase_id = p.id) FROM shop.purchase p", []),
    ("VALUES (%s, %s)", [1, 2]),
    ("TABLE shop.category", []),
    ("SELECT pg_backend_pid(), current_database(), current_user, inet_server_addr()", []),
    ("SELECT setval('shop.purchase_id_seq', %s)", [1000]),
    ("SELECT pg_advisory_xact_lock(%s)", [7]),
    ("SELECT 1 FROM shop.product WHERE id = %s FOR NO KEY UPDATE NOWAIT", [1]),
]


with psycopg.connect(DSN, row_factory=dict_row, prepare_threshold=1) as connection:
    for _ in range(2):
        for text, values in READS:
            with connection.transaction():
                connection.execute(text, values).fetchall()
    query = sql.SQL("SELECT {} FROM {} WHERE {} > %s").format(
        sql.Identifier("name"), sql.Identifier("shop", "product"), sql.Identifier("stock"))
    connection.execute(query, [0]).fetchall()
    register_enum(EnumInfo.fetch(connection, "shop.state"), connection)
    register_composite(CompositeInfo.fetch(connection, "shop.address"), connection)
    register_hstore(TypeInfo.fetch(connection, "hstore"), connection)
    connection.cursor().executemany("INSERT INTO shop.job(payload) VALUES (%s) RETURNING id", [["1"], ["2"]], returning=True)
    connection.execute("UPDATE shop.job SET taken = now() WHERE id = %s RETURNING *", [1]).fetchall()
    with connection.cursor(name="c") as cursor:
        cursor.execute("SELECT * FROM shop.job")
        cursor.fetchall()
