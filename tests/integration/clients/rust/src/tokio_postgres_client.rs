//! tokio-postgres by itself.

use std::collections::HashMap;
use std::env;

use futures_util::future::try_join_all;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, NoTls, Row, Statement};

use crate::checks::{self, Failure, limited};
use crate::common::{self, Value, common, own, schema};
use crate::tokio_groups as groups;

pub type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error.as_db_error() {
            Some(told) => Failure::new(Some(told.code().code()), told.message()),
            None => Failure::new(None, format!("{error:?}")),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    /// `query(&str)`: every call prepares and closes.
    Query,
    /// Statements are prepared once and kept.
    Kept,
    /// Another query is in flight at the same time.
    Pipelined,
    /// Every query has a transaction of its own.
    Transaction,
}

/// What the groups need of a client.
pub trait Rows {
    async fn rows(&mut self, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, Failure>;
}

pub struct TokioClient {
    client: Client,
    mode: Mode,
    kept: HashMap<String, Statement>,
}

pub fn config() -> Config {
    let variable = |name: &str| env::var(name).expect(name);
    let mut config = Config::new();
    config.host(variable("PGHOST")).port(variable("PGPORT").parse().expect("PGPORT"));
    config.user(variable("PGUSER")).dbname(variable("PGDATABASE"));
    config
}

pub async fn connect() -> Result<Client, Failure> {
    let (client, connection) = config().connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

impl TokioClient {
    async fn kept(&mut self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.kept.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        self.kept.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    async fn beside_another(&self, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, Error> {
        let another = self.client.query_one("SELECT CAST($1 AS int4) + 1", &[&1]);
        let (other, rows) = tokio::join!(another, self.client.query(sql, parameters));
        checks::equal("batch", "beside", other?.get::<_, i32>(0), 2);
        rows
    }
}

impl Rows for TokioClient {
    async fn rows(&mut self, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, Failure> {
        Ok(match self.mode {
            Mode::Query => self.client.query(sql, parameters).await?,
            Mode::Kept => {
                let statement = self.kept(sql).await?;
                self.client.query(&statement, parameters).await?
            }
            Mode::Pipelined => self.beside_another(sql, parameters).await?,
            Mode::Transaction => {
                let transaction = self.client.transaction().await?;
                let rows = transaction.query(sql, parameters).await?;
                transaction.commit().await?;
                rows
            }
        })
    }
}

pub fn parameter(value: &Value) -> &(dyn ToSql + Sync) {
    match value {
        Value::Int(number) => number,
        Value::Text(text) => text,
    }
}

pub fn single(rows: Vec<Row>, like: &Value) -> Result<Value, Failure> {
    let row = rows.first().ok_or(Failure::new(None, "no row"))?;
    Ok(match like {
        Value::Int(_) => Value::Int(row.try_get(0)?),
        Value::Text(_) => Value::Text(row.try_get(0)?),
    })
}

impl common::Client for TokioClient {
    async fn value(&mut self, sql: &str, arguments: &[Value], like: &Value) -> Result<Value, Failure> {
        let parameters: Vec<_> = arguments.iter().map(parameter).collect();
        single(self.rows(sql, &parameters).await?, like)
    }

    async fn transaction(&mut self, insert: &str, count: &str) -> Result<Value, Failure> {
        let kept = if self.mode == Mode::Kept { Some(self.kept(insert).await?) } else { None };
        let transaction = self.client.transaction().await?;
        let add = async |number: i32| match &kept {
            Some(statement) => transaction.execute(statement, &[&number]).await,
            None => transaction.execute(insert, &[&number]).await,
        };
        if self.mode == Mode::Pipelined {
            try_join_all([add(1), add(2), add(3)]).await?;
        } else {
            for number in 1..=3 {
                add(number).await?;
            }
        }
        let seen = transaction.query(count, &[&1]).await?;
        transaction.commit().await?;
        single(seen, &Value::Int(0))
    }

    async fn recover(&mut self, after: &Failure) -> Result<bool, Failure> {
        let lost = after.is_timeout() || self.client.is_closed();
        if lost {
            self.client = connect().await?;
            self.kept.clear();
        }
        Ok(lost)
    }
}

pub async fn run(mode: Mode) -> Result<(), Failure> {
    let mut client = TokioClient { client: connect().await?, mode, kept: HashMap::new() };
    let other = connect().await?;
    client.client.batch_execute(&schema()).await?;
    checks::begin_together();
    common(&mut client).await;
    checks::all_right("types", limited(groups::types(&mut client)).await);
    checks::all_right("ddl", limited(ddl(&mut client, &other)).await);
    groups::of_connection(&mut client.client).await;
    checks::report("tokio-postgres");
    Ok(())
}

/// A kept statement fails until it is prepared again; `query(&str)` always sees the table as it is.
async fn ddl(client: &mut TokioClient, other: &Client) -> Result<(), Failure> {
    let sql = format!("SELECT * FROM changed_{} WHERE a = $1", own());
    let row = client.rows(&sql, &[&1]).await?;
    checks::equal("ddl", "before", row[0].len(), 1);
    for (change, columns) in groups::CHANGES {
        other.batch_execute(&change.replace("{}", own())).await?;
        if client.mode == Mode::Kept {
            for _ in 0..2 {
                checks::fails("ddl", change, client.rows(&sql, &[&1]).await, "0A000");
            }
            client.kept.remove(&sql);
        }
        groups::changed(client, &sql, change, columns).await?;
    }
    Ok(())
}
