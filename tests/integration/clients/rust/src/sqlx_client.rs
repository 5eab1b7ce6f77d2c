//! sqlx with its pool; persistent(false) prepares every statement without a name.

use futures_util::TryStreamExt;
use rust_decimal::Decimal;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, Connection, Executor, Postgres, Row, raw_sql};

use crate::checks::{self, Failure, limited};
use crate::common::{self, Value, common, own, schema};
use crate::sample::{COLUMNS, Sample, read_sample, sample};
use crate::sqlx_mood::Mood;

type Query<'q> = sqlx::query::Query<'q, Postgres, PgArguments>;

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Failure::from(&error)
    }
}

impl From<&sqlx::Error> for Failure {
    fn from(error: &sqlx::Error) -> Self {
        let state = error.as_database_error().and_then(|told| told.code());
        Failure::new(state.as_deref(), error.to_string())
    }
}

struct Sqlx {
    pool: PgPool,
    persistent: bool,
}

impl Sqlx {
    fn query<'q>(&self, sql: &str) -> Query<'q> {
        sqlx::query(AssertSqlSafe(sql)).persistent(self.persistent)
    }

    fn bound<'q>(&self, sql: &str, arguments: &[Value]) -> Query<'q> {
        arguments.iter().fold(self.query(sql), |query, argument| match argument {
            Value::Int(number) => query.bind(*number),
            Value::Text(text) => query.bind(text.clone()),
        })
    }
}

fn single(row: PgRow, like: &Value) -> Result<Value, sqlx::Error> {
    Ok(match like {
        Value::Int(_) => Value::Int(row.try_get(0)?),
        Value::Text(_) => Value::Text(row.try_get(0)?),
    })
}

impl common::Client for Sqlx {
    async fn value(&mut self, sql: &str, arguments: &[Value], like: &Value) -> Result<Value, Failure> {
        Ok(single(self.bound(sql, arguments).fetch_one(&self.pool).await?, like)?)
    }

    async fn transaction(&mut self, insert: &str, count: &str) -> Result<Value, Failure> {
        let mut transaction = self.pool.begin().await?;
        for number in 1..=3 {
            self.query(insert).bind(number).execute(&mut *transaction).await?;
        }
        let seen = self.query(count).bind(1).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(single(seen, &Value::Int(0))?)
    }
}

pub async fn run(persistent: bool) -> Result<(), Failure> {
    let pool = PgPoolOptions::new().connect_with(PgConnectOptions::new()).await?;
    let mut client = Sqlx { pool, persistent };
    client.pool.execute(raw_sql(AssertSqlSafe(schema()))).await?;
    checks::begin_together();
    common(&mut client).await;
    checks::all_right("types", limited(types(&client)).await);
    checks::all_right("introspection", limited(introspection(&client)).await);
    checks::all_right("cursor", limited(cursor(&client)).await);
    checks::all_right("copy", limited(copy(&client)).await);
    checks::all_right("ddl", limited(ddl(&client)).await);
    checks::all_right("reset", limited(reset(&client)).await);
    checks::report("sqlx");
    client.pool.close().await;
    Ok(())
}

async fn types(client: &Sqlx) -> Result<(), Failure> {
    let insert = format!(
        "INSERT INTO sample (owner, turn, {COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
         $13, $14, $15, $16)"
    );
    let select = format!("SELECT {COLUMNS} FROM sample WHERE owner = $1 AND turn = $2");
    let sent = sample(Decimal::new(1250, 2), vec![Some(1), None, Some(3)]);
    for turn in 0..3 {
        let Sample { a, b, c, d, e, f, g, h, i, j, k, l, m, n } = sent.clone();
        let query =
            client.query(&insert).bind(own()).bind(turn).bind(a).bind(b).bind(c).bind(d).bind(e).bind(f);
        query.bind(g).bind(h).bind(i).bind(j).bind(k).bind(l).bind(m).bind(n).execute(&client.pool).await?;
        let row = client.query(&select).bind(own()).bind(turn).fetch_one(&client.pool).await?;
        checks::equal("types", "all", read(&row)?, sent.clone());
        let update = client.query("UPDATE sample SET e = $3 WHERE owner = $1 AND turn = $2 RETURNING e");
        let updated = update.bind(own()).bind(turn).bind("changed").fetch_one(&client.pool).await?;
        checks::equal("types", "update", updated.try_get::<String, _>(0)?, "changed".into());
        let delete = client.query("DELETE FROM sample WHERE owner = $1 AND turn = $2");
        let deleted = delete.bind(own()).bind(turn).execute(&client.pool).await?;
        checks::equal("types", "delete", deleted.rows_affected(), 1);
    }
    Ok(())
}

fn read(row: &PgRow) -> Result<Sample<Decimal, Vec<Option<i32>>>, sqlx::Error> {
    Ok(read_sample!(row))
}

/// Each connection asks the catalogue for the type itself, and an unnamed statement does not outlive the questions.
async fn introspection(client: &Sqlx) -> Result<(), Failure> {
    for _ in 0..3 {
        let mut fresh = client.pool.acquire().await?.detach();
        let sql = format!("SELECT $1, ARRAY[$1, 'sad'::mood_{}]", own());
        if !client.persistent {
            let result = client.query(&sql).bind(Mood("happy".into())).fetch_one(&mut fresh).await;
            checks::fails("introspection", "unnamed", result, "26000");
        }
        for _ in 0..2 {
            let row = client.query(&sql).bind(Mood("happy".into())).fetch_one(&mut fresh).await?;
            checks::equal("introspection", "enum", row.try_get::<Mood, _>(0)?.0, "happy".into());
            let array: Vec<String> = row.try_get::<Vec<Mood>, _>(1)?.into_iter().map(|mood| mood.0).collect();
            checks::equal("introspection", "array of enum", array, vec!["happy".into(), "sad".into()]);
        }
        fresh.close().await?;
    }
    Ok(())
}

/// Rows as they come; a stream that is dropped half-way leaves its rows to whoever uses the connection next.
async fn cursor(client: &Sqlx) -> Result<(), Failure> {
    let mut connection = client.pool.acquire().await?;
    for turn in 0..3 {
        let sql = "SELECT generate_series(1, CAST($1 AS int4))";
        let rows: Vec<PgRow> =
            client.query(sql).bind(100 + turn).fetch(&mut *connection).try_collect().await?;
        let found: Result<Vec<i32>, _> = rows.iter().map(|row| row.try_get(0)).collect();
        checks::equal("cursor", "stream", found?, (1..=100 + turn).collect());
        let next = client.query(sql).bind(5000).fetch(&mut *connection).try_next().await?;
        checks::equal("cursor", "dropped", next.expect("a row").try_get(0)?, 1);
        let row = client.query("SELECT CAST($1 AS int4)").bind(turn).fetch_one(&mut *connection).await?;
        checks::equal("cursor", "behind", row.try_get(0)?, turn);
    }
    Ok(())
}

async fn copy(client: &Sqlx) -> Result<(), Failure> {
    let mut connection = client.pool.acquire().await?;
    let lines: String = (0..500).map(|n| format!("{}\t{n}\trow {n}\n", own())).collect();
    let count = "SELECT count(*) FROM copied WHERE owner = $1";
    for _ in 0..3 {
        let mut sink = connection.copy_in_raw("COPY copied FROM STDIN").await?;
        sink.send(lines.as_bytes()).await?;
        checks::equal("copy", "in", sink.finish().await?, 500);
        let sql = format!(
            "COPY (SELECT a, b FROM copied WHERE owner = '{}' AND a < 3 ORDER BY a) TO STDOUT",
            own()
        );
        let out: Vec<_> = connection.copy_out_raw(&sql).await?.try_collect().await?;
        checks::equal("copy", "out", out.concat(), b"0\trow 0\n1\trow 1\n2\trow 2\n".to_vec());
        let mut sink = connection.copy_in_raw("COPY copied FROM STDIN").await?;
        sink.send(&lines.as_bytes()[..lines.find('\n').unwrap() + 1]).await?;
        checks::fails("copy", "a key again", sink.finish().await, "23505");
        let sink = connection.copy_in_raw("COPY copied FROM STDIN").await?;
        checks::equal(
            "copy",
            "aborted",
            sink.abort("enough").await.map_err(|error| error.to_string()),
            Ok(()),
        );
        let row = client.query(count).bind(own()).fetch_one(&mut *connection).await?;
        checks::equal("copy", "rows", row.try_get::<i64, _>(0)?, 500);
        client.query("DELETE FROM copied WHERE owner = $1").bind(own()).execute(&mut *connection).await?;
    }
    Ok(())
}

/// A cached statement fails for ever when the types of its result have changed.
async fn ddl(client: &Sqlx) -> Result<(), Failure> {
    let mut connection = client.pool.acquire().await?;
    let sql = format!("SELECT * FROM changed_{} WHERE a = $1", own());
    let row = client.query(&sql).bind(1).fetch_one(&mut *connection).await?;
    checks::equal("ddl", "before", row.len(), 1);
    let change = format!("ALTER TABLE changed_{} ADD b text DEFAULT 'new'", own());
    client.pool.execute(raw_sql(AssertSqlSafe(change))).await?;
    for _ in 0..2 {
        let result = client.query(&sql).bind(1).fetch_one(&mut *connection).await;
        if client.persistent {
            checks::fails("ddl", "column added", result, "0A000");
        } else {
            checks::equal("ddl", "column added", result?.len(), 2);
        }
    }
    connection.clear_cached_statements().await?;
    let row = client.query(&sql).bind(1).fetch_one(&mut *connection).await?;
    checks::equal("ddl", "cache cleared", (row.len(), row.try_get::<String, _>(1)?), (2, "new".into()));
    Ok(())
}

/// Three connections, returned, pinged and lent again.
async fn reset(client: &Sqlx) -> Result<(), Failure> {
    for turn in 0..4 {
        let mut lent =
            [client.pool.acquire().await?, client.pool.acquire().await?, client.pool.acquire().await?];
        for connection in &mut lent {
            let row =
                client.query("SELECT CAST($1 AS int4) + 1").bind(turn).fetch_one(&mut **connection).await?;
            checks::equal("reset", "lent again", row.try_get(0)?, turn + 1);
        }
    }
    Ok(())
}
