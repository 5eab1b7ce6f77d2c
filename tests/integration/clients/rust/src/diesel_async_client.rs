//! diesel-async, on tokio-postgres.

use std::env;
use std::pin::pin;
use std::time::Duration;

use diesel::sql_types::{Integer, Text};
use diesel::{ExpressionMethods, QueryDsl, QueryResult, delete, insert_into, sql_query, update};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures_util::TryStreamExt;
use futures_util::future::try_join_all;
use tokio_postgres::NoTls;

use crate::checks::{self, Failure, limited};
use crate::common::{self, Value, common, own, schema};
use crate::diesel_model::{Number, PLAN_CHANGED, Row, row, sample, template};

struct DieselAsync(AsyncPgConnection);

async fn connect() -> Result<AsyncPgConnection, Failure> {
    let variable = |name: &str| env::var(name).expect(name);
    let (user, host, port) = (variable("PGUSER"), variable("PGHOST"), variable("PGPORT"));
    Ok(AsyncPgConnection::establish(&format!("postgres://{user}@{host}:{port}/{}", variable("PGDATABASE")))
        .await?)
}

impl common::Client for DieselAsync {
    async fn value(&mut self, sql: &str, arguments: &[Value], like: &Value) -> Result<Value, Failure> {
        Ok(match like {
            Value::Int(_) => Value::Int(template::<Integer>(sql, arguments).get_result(&mut self.0).await?),
            Value::Text(_) => Value::Text(template::<Text>(sql, arguments).get_result(&mut self.0).await?),
        })
    }

    async fn transaction(&mut self, insert: &str, count: &str) -> Result<Value, Failure> {
        let work = async |connection: &mut AsyncPgConnection| {
            for number in 1..=3 {
                template::<Integer>(insert, &[Value::Int(number)]).execute(connection).await?;
            }
            Ok(Value::Int(template::<Integer>(count, &[Value::Int(1)]).get_result(connection).await?))
        };
        self.0.transaction(work).await
    }

    async fn recover(&mut self, after: &Failure) -> Result<bool, Failure> {
        let lost = after.is_timeout() || after.state.as_deref() == Some("08006");
        if lost {
            self.0 = connect().await?;
        }
        Ok(lost)
    }
}

pub async fn run() -> Result<(), Failure> {
    let mut client = DieselAsync(connect().await?);
    client.0.batch_execute(&schema()).await?;
    checks::begin_together();
    common(&mut client).await;
    checks::all_right("types", limited(types(&mut client.0)).await);
    checks::all_right("uncached", limited(uncached(&mut client.0)).await);
    checks::all_right("batch", limited(batch(&mut client.0)).await);
    checks::all_right("savepoint", limited(savepoint(&mut client.0)).await);
    checks::all_right("cursor", limited(cursor(&mut client.0)).await);
    checks::all_right("ddl", limited(ddl(&mut client.0)).await);
    checks::all_right("cancel", limited(cancel(&mut client.0)).await);
    checks::report("diesel-async");
    Ok(())
}

async fn types(connection: &mut AsyncPgConnection) -> Result<(), Failure> {
    for turn in 0..3 {
        let mine = || sample::table.find((own(), turn));
        insert_into(sample::table).values(row(turn)).execute(connection).await?;
        checks::equal("types", "all", mine().first::<Row>(connection).await?, row(turn));
        let changed = update(mine()).set(sample::e.eq("changed")).returning(sample::e);
        checks::equal("types", "update", changed.get_result::<String>(connection).await?, "changed".into());
        checks::equal("types", "delete", delete(mine()).execute(connection).await?, 1);
    }
    Ok(())
}

async fn uncached(connection: &mut AsyncPgConnection) -> Result<(), Failure> {
    for turn in 0..10 {
        let sql = "SELECT CAST($1 AS int4) + CAST($2 AS int4) AS number";
        let query =
            sql_query(sql).bind::<Integer, _>(turn).bind::<Integer, _>(i32::from(own().as_bytes()[0]));
        let number = query.get_result::<Number>(connection).await?.number;
        checks::equal("uncached", "sql_query", number, turn + i32::from(own().as_bytes()[0]));
    }
    Ok(())
}

/// Many rows in one INSERT, and many queries in flight.
async fn batch(connection: &mut AsyncPgConnection) -> Result<(), Failure> {
    for turn in 0..3 {
        let rows: Vec<Row> = (0..50).map(row).collect();
        let inserted = insert_into(sample::table).values(&rows).execute(connection).await?;
        checks::equal("batch", "inserted", inserted, 50);
        let mine = sample::table.filter(sample::owner.eq(own()));
        checks::equal("batch", "rows", mine.order(sample::turn).load::<Row>(connection).await?, rows);
        checks::equal("batch", "deleted", delete(mine).execute(connection).await?, 50);
        let shared = &*connection;
        let found = try_join_all((0..30).map(|n| offset(shared, n % 10, turn))).await?;
        checks::equal("batch", "in flight", found, (0..30).map(|n| n % 10 + turn).collect());
    }
    Ok(())
}

async fn offset(mut connection: &AsyncPgConnection, offset: i32, argument: i32) -> QueryResult<i32> {
    let sql = format!("SELECT CAST($1 AS int4) + {offset}");
    template::<Integer>(&sql, &[Value::Int(argument)]).get_result(&mut connection).await
}

/// A transaction in a transaction that fails.
async fn savepoint(connection: &mut AsyncPgConnection) -> Result<(), Failure> {
    for _ in 0..3 {
        let work = async |outer: &mut AsyncPgConnection| {
            insert_into(sample::table).values(row(0)).execute(outer).await?;
            let nested = async |inner: &mut AsyncPgConnection| {
                insert_into(sample::table).values(row(1)).execute(inner).await?;
                insert_into(sample::table).values(row(0)).execute(inner).await
            };
            let failed: QueryResult<usize> = outer.transaction(nested).await;
            checks::fails("savepoint", "a key again", failed, "23505");
            QueryResult::Ok(())
        };
        connection.transaction(work).await?;
        let mine = sample::table.filter(sample::owner.eq(own()));
        checks::equal("savepoint", "rows left", delete(mine).execute(connection).await?, 1);
    }
    Ok(())
}

/// Rows as they come; a stream that is dropped half-way leaves its rows to whoever uses the connection next.
async fn cursor(connection: &mut AsyncPgConnection) -> Result<(), Failure> {
    let sql = "SELECT generate_series(1, CAST($1 AS int4))";
    for turn in 0..3 {
        let rows = template::<Integer>(sql, &[Value::Int(100 + turn)]).load_stream::<i32>(connection).await?;
        checks::equal("cursor", "stream", rows.try_collect::<Vec<i32>>().await?, (1..=100 + turn).collect());
        let mut rows = template::<Integer>(sql, &[Value::Int(5000)]).load_stream::<i32>(connection).await?;
        checks::equal("cursor", "dropped", rows.try_next().await?, Some(1));
    }
    Ok(())
}

/// A cached statement fails for ever when the types of its result have changed.
async fn ddl(connection: &mut AsyncPgConnection) -> Result<(), Failure> {
    let sql = format!("SELECT a FROM changed_{} WHERE a = $1", own());
    let one = [Value::Int(1)];
    let before = template::<Integer>(&sql, &one).get_result::<i32>(connection).await?;
    checks::equal("ddl", "before", before, 1);
    let change = format!("ALTER TABLE changed_{} ALTER a TYPE int8", own());
    connect().await?.batch_execute(&change).await?;
    for _ in 0..2 {
        let result = template::<Integer>(&sql, &one).get_result::<i32>(connection).await;
        checks::fails_with_text("ddl", "type changed", result, PLAN_CHANGED);
    }
    let cast = sql.replace("SELECT a", "SELECT CAST(a AS int4)");
    let after = template::<Integer>(&cast, &one).get_result::<i32>(connection).await?;
    checks::equal("ddl", "another text", after, 1);
    Ok(())
}

async fn cancel(connection: &mut AsyncPgConnection) -> Result<(), Failure> {
    let token = connection.cancel_token();
    for turn in 0..2 {
        let slept = {
            let mut sleeping = pin!(sql_query("SELECT pg_sleep(30)").execute(connection));
            loop {
                tokio::select! {
                    slept = &mut sleeping => break slept,
                    _ = tokio::time::sleep(Duration::from_millis(500)) => token.cancel_query(NoTls).await?,
                }
            }
        };
        checks::fails_with_text("cancel", "ended", slept, "canceling statement due to user request");
        let usable = template::<Integer>("SELECT CAST($1 AS int4)", &[Value::Int(turn)])
            .get_result(connection)
            .await?;
        checks::equal("cancel", "usable", usable, turn);
    }
    Ok(())
}
