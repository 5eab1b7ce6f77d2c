//! SeaORM on sqlx.

use std::env;

use sea_orm::entity::prelude::*;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, IntoActiveModel, QueryOrder,
    QueryResult, RuntimeErr, Set, Statement, TransactionTrait,
};

use crate::checks::{self, Failure, limited};
use crate::common::{self, Value, common, own, schema};
use crate::sea_orm_sample::{Column, Entity, row};

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::Conn(RuntimeErr::SqlxError(told))
            | DbErr::Exec(RuntimeErr::SqlxError(told))
            | DbErr::Query(RuntimeErr::SqlxError(told)) => Failure::from(&**told),
            other => Failure::new(None, other.to_string()),
        }
    }
}

struct SeaOrm(DatabaseConnection);

fn statement(sql: &str, arguments: &[Value]) -> Statement {
    let values = arguments.iter().map(|argument| match argument {
        Value::Int(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
    });
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

async fn one(on: &impl ConnectionTrait, sql: &str, arguments: &[Value]) -> Result<QueryResult, Failure> {
    on.query_one_raw(statement(sql, arguments)).await?.ok_or(Failure::new(None, "no row"))
}

fn single(row: QueryResult, like: &Value) -> Result<Value, DbErr> {
    Ok(match like {
        Value::Int(_) => Value::Int(row.try_get_by(0)?),
        Value::Text(_) => Value::Text(row.try_get_by(0)?),
    })
}

impl common::Client for SeaOrm {
    async fn value(&mut self, sql: &str, arguments: &[Value], like: &Value) -> Result<Value, Failure> {
        Ok(single(one(&self.0, sql, arguments).await?, like)?)
    }

    async fn transaction(&mut self, insert: &str, count: &str) -> Result<Value, Failure> {
        let transaction = self.0.begin().await?;
        for number in 1..=3 {
            transaction.execute_raw(statement(insert, &[Value::Int(number)])).await?;
        }
        let seen = one(&transaction, count, &[Value::Int(1)]).await?;
        transaction.commit().await?;
        Ok(single(seen, &Value::Int(0))?)
    }
}

fn url() -> String {
    let variable = |name: &str| env::var(name).expect(name);
    let (user, host, port) = (variable("PGUSER"), variable("PGHOST"), variable("PGPORT"));
    format!("postgres://{user}@{host}:{port}/{}?sslmode=disable", variable("PGDATABASE"))
}

pub async fn run() -> Result<(), Failure> {
    let mut client = SeaOrm(Database::connect(url()).await?);
    client.0.execute_unprepared(&schema()).await?;
    checks::begin_together();
    common(&mut client).await;
    checks::all_right("types", limited(types(&client.0)).await);
    checks::all_right("batch", limited(batch(&client.0)).await);
    checks::all_right("savepoint", limited(savepoint(&client.0)).await);
    checks::all_right("ddl", limited(ddl()).await);
    checks::report("sea-orm");
    client.0.close().await?;
    Ok(())
}

async fn types(connection: &DatabaseConnection) -> Result<(), Failure> {
    for turn in 0..3 {
        let inserted = row(turn).into_active_model().insert(connection).await?;
        checks::equal("types", "inserted", inserted, row(turn));
        let key = (own().to_owned(), turn);
        let found = Entity::find_by_id(key.clone()).one(connection).await?;
        checks::equal("types", "found", found.clone(), Some(row(turn)));
        let mut changed = row(turn).into_active_model();
        changed.e = Set("changed".into());
        checks::equal("types", "update", changed.update(connection).await?.e, "changed".into());
        let deleted = Entity::delete_by_id(key).exec(connection).await?;
        checks::equal("types", "delete", deleted.rows_affected, 1);
    }
    Ok(())
}

/// Many rows in one INSERT, read page by page.
async fn batch(connection: &DatabaseConnection) -> Result<(), Failure> {
    for _ in 0..3 {
        let rows = (0..50).map(|turn| row(turn).into_active_model());
        Entity::insert_many(rows).exec_without_returning(connection).await?;
        let mine = || Entity::find().filter(Column::Owner.eq(own()));
        checks::equal("batch", "count", mine().count(connection).await?, 50);
        let pages = mine().order_by_asc(Column::Turn).paginate(connection, 20);
        for (page, expected) in [(0..20), (20..40), (40..50)].into_iter().enumerate() {
            let turns = pages.fetch_page(page as u64).await?.into_iter().map(|row| row.turn);
            checks::equal("batch", "page", turns.collect(), expected.collect::<Vec<i32>>());
        }
        let deleted = Entity::delete_many().filter(Column::Owner.eq(own())).exec(connection).await?;
        checks::equal("batch", "deleted", deleted.rows_affected, 50);
    }
    Ok(())
}

/// A transaction in a transaction that is rolled back, and an error in another.
async fn savepoint(connection: &DatabaseConnection) -> Result<(), Failure> {
    for _ in 0..3 {
        let outer = connection.begin().await?;
        row(0).into_active_model().insert(&outer).await?;
        let inner = outer.begin().await?;
        row(1).into_active_model().insert(&inner).await?;
        inner.rollback().await?;
        let inner = outer.begin().await?;
        checks::fails("savepoint", "a key again", row(0).into_active_model().insert(&inner).await, "23505");
        inner.rollback().await?;
        outer.commit().await?;
        let left = Entity::delete_many().filter(Column::Owner.eq(own())).exec(connection).await?;
        checks::equal("savepoint", "rows left", left.rows_affected, 1);
    }
    Ok(())
}

/// With one connection only. A cached statement fails for ever when the types of its result have changed.
async fn ddl() -> Result<(), Failure> {
    let mut options = ConnectOptions::new(url());
    let connection = &Database::connect(options.max_connections(1).clone()).await?;
    let sql = format!("SELECT * FROM changed_{} WHERE a = $1", own());
    let row = one(connection, &sql, &[Value::Int(1)]).await?;
    checks::equal("ddl", "before", row.column_names(), vec!["a".into()]);
    let change = format!("ALTER TABLE changed_{} ADD b text DEFAULT 'new'", own());
    connection.execute_unprepared(&change).await?;
    for _ in 0..2 {
        checks::fails("ddl", "column added", one(connection, &sql, &[Value::Int(1)]).await, "0A000");
    }
    let row = one(connection, &format!("{sql} AND true"), &[Value::Int(1)]).await?;
    checks::equal("ddl", "another text", row.try_get_by::<String, _>("b")?, "new".into());
    connection.close_by_ref().await?;
    Ok(())
}
