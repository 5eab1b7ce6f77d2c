//! diesel, on libpq.

use std::io::{BufRead, Write};

use diesel::connection::SimpleConnection;
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use diesel::{PgConnection, copy_from, copy_to, delete, insert_into, sql_query, update};

use crate::checks::{self, Failure};
use crate::common::{self, Value, common, own, schema};
use crate::diesel_model::{Number, PLAN_CHANGED, Row, copied, row, sample, template};

struct Diesel(PgConnection);

/// libpq takes what is not said from its environment.
fn connect() -> Result<PgConnection, ConnectionError> {
    PgConnection::establish("postgres://")
}

impl common::Client for Diesel {
    async fn value(&mut self, sql: &str, arguments: &[Value], like: &Value) -> Result<Value, Failure> {
        Ok(match like {
            Value::Int(_) => Value::Int(template::<Integer>(sql, arguments).get_result(&mut self.0)?),
            Value::Text(_) => Value::Text(template::<Text>(sql, arguments).get_result(&mut self.0)?),
        })
    }

    async fn transaction(&mut self, insert: &str, count: &str) -> Result<Value, Failure> {
        self.0.transaction(|connection| {
            for number in 1..=3 {
                template::<Integer>(insert, &[Value::Int(number)]).execute(connection)?;
            }
            Ok(Value::Int(template::<Integer>(count, &[Value::Int(1)]).get_result(connection)?))
        })
    }
}

pub async fn run() -> Result<(), Failure> {
    let mut client = Diesel(connect()?);
    client.0.batch_execute(&schema())?;
    checks::begin_together();
    common(&mut client).await;
    checks::all_right("types", types(&mut client.0));
    checks::all_right("uncached", uncached(&mut client.0));
    checks::all_right("batch", batch(&mut client.0));
    checks::all_right("savepoint", savepoint(&mut client.0));
    checks::all_right("cursor", cursor(&mut client.0));
    checks::all_right("copy", copy(&mut client.0));
    checks::all_right("ddl", ddl(&mut client.0));
    checks::report("diesel");
    Ok(())
}

fn types(connection: &mut PgConnection) -> Result<(), Failure> {
    for turn in 0..3 {
        let mine = || sample::table.find((own(), turn));
        insert_into(sample::table).values(row(turn)).execute(connection)?;
        checks::equal("types", "all", mine().first::<Row>(connection)?, row(turn));
        let changed = update(mine()).set(sample::e.eq("changed")).returning(sample::e);
        checks::equal("types", "update", changed.get_result::<String>(connection)?, "changed".into());
        checks::equal("types", "delete", delete(mine()).execute(connection)?, 1);
    }
    Ok(())
}

fn uncached(connection: &mut PgConnection) -> Result<(), Failure> {
    for turn in 0..10 {
        let sql = "SELECT CAST($1 AS int4) + CAST($2 AS int4) AS number";
        let query =
            sql_query(sql).bind::<Integer, _>(turn).bind::<Integer, _>(i32::from(own().as_bytes()[0]));
        let number = query.get_result::<Number>(connection)?.number;
        checks::equal("uncached", "sql_query", number, turn + i32::from(own().as_bytes()[0]));
    }
    Ok(())
}

fn batch(connection: &mut PgConnection) -> Result<(), Failure> {
    for _ in 0..3 {
        let rows: Vec<Row> = (0..50).map(row).collect();
        checks::equal("batch", "inserted", insert_into(sample::table).values(&rows).execute(connection)?, 50);
        let mine = sample::table.filter(sample::owner.eq(own()));
        checks::equal("batch", "rows", mine.order(sample::turn).load::<Row>(connection)?, rows);
        checks::equal("batch", "deleted", delete(mine).execute(connection)?, 50);
    }
    Ok(())
}

/// A transaction in a transaction that fails.
fn savepoint(connection: &mut PgConnection) -> Result<(), Failure> {
    for _ in 0..3 {
        connection.transaction::<_, Failure, _>(|outer| {
            insert_into(sample::table).values(row(0)).execute(outer)?;
            let failed = outer.transaction::<_, diesel::result::Error, _>(|inner| {
                insert_into(sample::table).values(row(1)).execute(inner)?;
                insert_into(sample::table).values(row(0)).execute(inner)
            });
            checks::fails("savepoint", "a key again", failed, "23505");
            Ok(())
        })?;
        let mine = sample::table.filter(sample::owner.eq(own()));
        checks::equal("savepoint", "rows left", delete(mine).execute(connection)?, 1);
    }
    Ok(())
}

/// Row by row, and the rest is thrown away when the rows are no longer wanted.
fn cursor(connection: &mut PgConnection) -> Result<(), Failure> {
    let sql = "SELECT generate_series(1, CAST($1 AS int4))";
    for turn in 0..3 {
        let rows = template::<Integer>(sql, &[Value::Int(100 + turn)]);
        let found: QueryResult<Vec<i32>> =
            rows.load_iter::<i32, PgRowByRowLoadingMode>(connection)?.collect();
        checks::equal("cursor", "row by row", found?, (1..=100 + turn).collect());
        let rows = template::<Integer>(sql, &[Value::Int(5000)]);
        let few: QueryResult<Vec<i32>> =
            rows.load_iter::<i32, PgRowByRowLoadingMode>(connection)?.take(3).collect();
        checks::equal("cursor", "dropped", few?, vec![1, 2, 3]);
    }
    Ok(())
}

/// Each COPY has a connection of its own: behind one, diesel says that another command is in progress.
fn copy(connection: &mut PgConnection) -> Result<(), Failure> {
    let mut lines: Vec<String> = (0..500).map(|n| format!("{}\t{n}\trow {n}", own())).collect();
    lines.sort();
    for _ in 0..3 {
        checks::equal("copy", "in", copy_in(&lines)?, 500);
        checks::fails("copy", "a key again", copy_in(&lines[..1]), "23505");
        let mut other = connect()?;
        let out: std::io::Result<Vec<String>> =
            copy_to(copied::table).load_raw(&mut other)?.lines().collect();
        let mut mine = out.map_err(|error| Failure::new(None, error.to_string()))?;
        mine.retain(|line| line.starts_with(own()));
        mine.sort();
        checks::equal("copy", "out", mine, lines.clone());
        let deleted = delete(copied::table.filter(copied::owner.eq(own()))).execute(connection)?;
        checks::equal("copy", "deleted", deleted, 500);
    }
    Ok(())
}

fn copy_in(lines: &[String]) -> Result<usize, Failure> {
    let failed = |error: std::io::Error| diesel::result::Error::QueryBuilderError(error.into());
    let send = |sink: &mut dyn Write| lines.iter().try_for_each(|line| writeln!(sink, "{line}"));
    let copy = copy_from(copied::table).from_raw_data(copied::table, |sink| send(sink).map_err(failed));
    Ok(copy.execute(&mut connect()?)?)
}

/// A cached statement fails for ever when the types of its result have changed.
fn ddl(connection: &mut PgConnection) -> Result<(), Failure> {
    let sql = format!("SELECT a FROM changed_{} WHERE a = $1", own());
    let one = [Value::Int(1)];
    checks::equal("ddl", "before", template::<Integer>(&sql, &one).get_result::<i32>(connection)?, 1);
    connect()?.batch_execute(&format!("ALTER TABLE changed_{} ALTER a TYPE int8", own()))?;
    for _ in 0..2 {
        let result = template::<Integer>(&sql, &one).get_result::<i32>(connection);
        checks::fails_with_text("ddl", "type changed", result, PLAN_CHANGED);
    }
    let cast = sql.replace("SELECT a", "SELECT CAST(a AS int4)");
    checks::equal("ddl", "another text", template::<Integer>(&cast, &one).get_result::<i32>(connection)?, 1);
    Ok(())
}
