//! The groups that tokio-postgres and deadpool-postgres have in common.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{join_all, try_join_all};
use futures_util::{SinkExt, TryStreamExt};
use rust_decimal::Decimal;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{Kind, Type};
use tokio_postgres::{Client, Error, NoTls};

use crate::checks::{self, Failure, limited};
use crate::common::own;
use crate::sample::{COLUMNS, Sample, read_sample, sample};
use crate::tokio_postgres_client::Rows;

/// `{}` is the copy; a row has so many columns afterwards.
pub const CHANGES: [(&str, usize); 2] = [
    ("ALTER TABLE changed_{} ADD b text DEFAULT 'new'", 2),
    ("ALTER TABLE changed_{} ALTER b TYPE varchar(9)", 2),
];

pub async fn changed(client: &mut impl Rows, sql: &str, name: &str, columns: usize) -> Result<(), Failure> {
    let rows = client.rows(sql, &[&1]).await?;
    checks::equal("ddl", name, rows[0].len(), columns);
    checks::equal("ddl", name, rows[0].try_get::<_, String>(1)?, "new".into());
    Ok(())
}

pub async fn of_connection(client: &mut Client) {
    checks::all_right("introspection", limited(introspection(client)).await);
    checks::all_right("batch", limited(batch(client)).await);
    checks::all_right("cursor", limited(cursor(client)).await);
    checks::all_right("copy", limited(copy(client)).await);
    checks::all_right("cancel", limited(cancel(client)).await);
}

pub async fn types(client: &mut impl Rows) -> Result<(), Failure> {
    let insert = format!(
        "INSERT INTO sample (owner, turn, {COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
         $14, $15, $16)"
    );
    let select = format!("SELECT {COLUMNS} FROM sample WHERE owner = $1 AND turn = $2");
    let sent = sample(Decimal::new(1250, 2), vec![Some(1), None, Some(3)]);
    for turn in 0..3 {
        let Sample { a, b, c, d, e, f, g, h, i, j, k, l, m, n } = &sent;
        client.rows(&insert, &[&own(), &turn, a, b, c, d, e, f, g, h, i, j, k, l, m, n]).await?;
        let rows = client.rows(&select, &[&own(), &turn]).await?;
        checks::equal("types", "all", read(&rows[0])?, sent.clone());
        let update = "UPDATE sample SET e = $3 WHERE owner = $1 AND turn = $2 RETURNING e";
        let updated = client.rows(update, &[&own(), &turn, &"changed"]).await?;
        checks::equal("types", "update", updated[0].try_get::<_, String>(0)?, "changed".into());
        let delete = "DELETE FROM sample WHERE owner = $1 AND turn = $2 RETURNING turn";
        checks::equal("types", "delete", client.rows(delete, &[&own(), &turn]).await?.len(), 1);
    }
    Ok(())
}

fn read(row: &tokio_postgres::Row) -> Result<Sample<Decimal, Vec<Option<i32>>>, Error> {
    Ok(read_sample!(row))
}

/// The driver asks the catalogue for types that it does not know, with statements that it keeps.
async fn introspection(client: &Client) -> Result<(), Failure> {
    for _ in 0..3 {
        client.clear_type_cache();
        let sql = format!("SELECT 'happy'::mood_{0}, ROW(1, 'x')::pair_{0}, ARRAY['sad']::mood_{0}[]", own());
        let statement = client.prepare(&sql).await?;
        let kinds: Vec<&Kind> = statement.columns().iter().map(|column| column.type_().kind()).collect();
        let moods = Kind::Enum(vec!["sad".into(), "happy".into()]);
        checks::equal("introspection", "enum", kinds[0], &moods);
        let Kind::Composite(fields) = kinds[1] else { return Err(Failure::new(None, "no composite")) };
        let fields: Vec<_> = fields.iter().map(|field| (field.name(), field.type_().clone())).collect();
        checks::equal("introspection", "composite", fields, vec![("x", Type::INT4), ("y", Type::TEXT)]);
        let Kind::Array(element) = kinds[2] else { return Err(Failure::new(None, "no array")) };
        checks::equal("introspection", "array of enum", element.kind(), &moods);
    }
    Ok(())
}

async fn batch(client: &Client) -> Result<(), Failure> {
    let statement = client.prepare("SELECT 12 / CAST($1 AS int4)").await?;
    for turn in 0..3 {
        let numbers: Vec<i32> = (1..=30).collect();
        let rows = try_join_all(numbers.iter().map(|number| int(client, &statement, number))).await?;
        checks::equal("batch", "one statement", rows, numbers.iter().map(|number| 12 / number).collect());
        let texts: Vec<String> = (0..10).map(|k| format!("SELECT CAST($1 AS int4) + {k}")).collect();
        let rows = try_join_all(texts.iter().map(|text| int(client, text.as_str(), &turn))).await?;
        checks::equal("batch", "many statements", rows, (turn..turn + 10).collect());
        let results = join_all([4, 0, 6].iter().map(|number| int(client, &statement, number))).await;
        let states = results.into_iter().map(|result| result.map_err(|error| error.code().cloned()));
        let division = tokio_postgres::error::SqlState::DIVISION_BY_ZERO;
        checks::equal("batch", "an error between", states.collect(), vec![Ok(3), Err(Some(division)), Ok(2)]);
        let row = client.query_typed_one("SELECT $1 + 1", &[(&turn, Type::INT4)]).await?;
        checks::equal("batch", "typed", row.try_get::<_, i32>(0)?, turn + 1);
    }
    Ok(())
}

async fn int<T>(client: &Client, statement: &T, argument: &i32) -> Result<i32, Error>
where
    T: ?Sized + tokio_postgres::ToStatement,
{
    client.query_one(statement, &[argument]).await?.try_get(0)
}

async fn cursor(client: &mut Client) -> Result<(), Failure> {
    for turn in 0..3 {
        let transaction = client.transaction().await?;
        let up = transaction.bind("SELECT generate_series(1, CAST($1 AS int4))", &[&(20 + turn)]).await?;
        let down = transaction.bind("SELECT generate_series(CAST($1 AS int4), 1, -1)", &[&20]).await?;
        for expected in [(1..8), (8..15), (15..21 + turn)] {
            let rows = transaction.query_portal(&up, expected.len() as i32).await?;
            let found: Vec<i32> = rows.iter().map(|row| row.get(0)).collect();
            checks::equal("cursor", "up", found, expected.collect());
            let rows = transaction.query_portal(&down, 1).await?;
            checks::equal("cursor", "down", rows.len(), 1);
        }
        let rest = transaction.query_portal(&down, 0).await?;
        checks::equal("cursor", "rest", (rest.len(), rest[0].get::<_, i32>(0)), (17, 17));
        drop((up, down));
        transaction.commit().await?;
    }
    Ok(())
}

async fn copy(client: &Client) -> Result<(), Failure> {
    let lines: Vec<String> = (0..500).map(|n| format!("{}\t{n}\trow {n}\n", own())).collect();
    for _ in 0..3 {
        checks::equal("copy", "in", copy_in(client, &lines).await?, 500);
        checks::equal("copy", "rows", count(client).await?, 500);
        let out = format!(
            "COPY (SELECT a, b FROM copied WHERE owner = '{}' AND a < 3 ORDER BY a) TO STDOUT",
            own()
        );
        let chunks: Vec<Bytes> = client.copy_out(out.as_str()).await?.try_collect().await?;
        checks::equal("copy", "out", chunks.concat(), b"0\trow 0\n1\trow 1\n2\trow 2\n".to_vec());
        checks::fails("copy", "a key again", copy_in(client, &lines[..1]).await, "23505");
        drop(client.copy_in::<_, Bytes>("COPY copied FROM STDIN").await?);
        checks::equal("copy", "an abandoned one", count(client).await?, 500);
        checks::equal("copy", "binary", binary(client).await?, 1);
        let deleted = client.execute("DELETE FROM copied WHERE owner = $1", &[&own()]).await?;
        checks::equal("copy", "deleted", deleted, 501);
    }
    Ok(())
}

async fn copy_in(client: &Client, lines: &[String]) -> Result<u64, Error> {
    let mut sink = pin!(client.copy_in("COPY copied FROM STDIN").await?);
    for line in lines {
        sink.send(Bytes::from(line.clone())).await?;
    }
    sink.finish().await
}

async fn binary(client: &Client) -> Result<u64, Error> {
    let sink = client.copy_in("COPY copied FROM STDIN (FORMAT binary)").await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &[Type::TEXT, Type::INT4, Type::TEXT]));
    writer.as_mut().write(&[&own(), &1000, &"binary"]).await?;
    writer.finish().await
}

async fn count(client: &Client) -> Result<i64, Error> {
    client.query_one("SELECT count(*) FROM copied WHERE owner = $1", &[&own()]).await?.try_get(0)
}

async fn cancel(client: &Client) -> Result<(), Failure> {
    for turn in 0..2 {
        let token = client.cancel_token();
        let slept = {
            let mut sleeping = pin!(client.query_one("SELECT pg_sleep(30)", &[]));
            loop {
                tokio::select! {
                    slept = &mut sleeping => break slept,
                    _ = tokio::time::sleep(Duration::from_millis(500)) => token.cancel_query(NoTls).await?,
                }
            }
        };
        checks::fails("cancel", "statement ended", slept, "57014");
        checks::equal("cancel", "usable", int(client, "SELECT CAST($1 AS int4)", &turn).await?, turn);
    }
    Ok(())
}
