//! What diesel and diesel-async have in common: tables, a row, and queries from texts that are cached by name.

use std::marker::PhantomData;

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::{Insertable, Queryable, QueryableByName};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::{ConnectionError, DatabaseErrorKind, Error, QueryResult};
use diesel::sql_types::{Integer, Text};
use uuid::Uuid;

use crate::checks::Failure;
use crate::common::{Value, own};
use crate::sample::{row_of, sample};

pub const PLAN_CHANGED: &str = "cached plan must not change result type";

diesel::table! {
    sample (owner, turn) {
        owner -> Text,
        turn -> Integer,
        a -> SmallInt,
        b -> Integer,
        c -> BigInt,
        d -> Numeric,
        e -> Text,
        f -> Bytea,
        g -> Bool,
        h -> Date,
        i -> Timestamptz,
        j -> Uuid,
        k -> Jsonb,
        l -> Array<Nullable<Integer>>,
        m -> Array<Text>,
        n -> Nullable<Text>,
    }
}

diesel::table! {
    copied (owner, a) {
        owner -> Text,
        a -> Integer,
        b -> Text,
    }
}

#[derive(Clone, Debug, PartialEq, Insertable, Queryable)]
#[diesel(table_name = sample)]
pub struct Row {
    pub owner: String,
    pub turn: i32,
    a: i16,
    b: i32,
    c: i64,
    d: BigDecimal,
    e: String,
    f: Vec<u8>,
    g: bool,
    h: NaiveDate,
    i: DateTime<Utc>,
    j: Uuid,
    k: serde_json::Value,
    l: Vec<Option<i32>>,
    m: Vec<String>,
    n: Option<String>,
}

pub fn row(turn: i32) -> Row {
    row_of!(Row, turn, sample(BigDecimal::new(1250.into(), 2), vec![Some(1), None, Some(3)]))
}

/// Of `sql_query`, which is never cached.
#[derive(QueryableByName)]
pub struct Number {
    #[diesel(sql_type = Integer)]
    pub number: i32,
}

/// A query of one column of type `T`. Its statement is cached, as those of the query builder are.
pub struct Template<T> {
    sql: String,
    arguments: Vec<Value>,
    kind: PhantomData<T>,
}

pub fn template<T>(sql: &str, arguments: &[Value]) -> Template<T> {
    Template { sql: sql.into(), arguments: arguments.into(), kind: PhantomData }
}

impl<T> QueryFragment<Pg> for Template<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut rest = self.sql.as_str();
        for (number, argument) in self.arguments.iter().enumerate() {
            let (before, after) =
                rest.split_once(&format!("${}", number + 1)).expect("a place for each argument");
            out.push_sql(before);
            match argument {
                Value::Int(number) => out.push_bind_param::<Integer, _>(number)?,
                Value::Text(text) => out.push_bind_param::<Text, _>(text)?,
            }
            rest = after;
        }
        out.push_sql(rest);
        Ok(())
    }
}

impl<T> QueryId for Template<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T> Query for Template<T> {
    type SqlType = T;
}

impl<T> diesel::RunQueryDsl<diesel::PgConnection> for Template<T> {}

/// diesel tells the kind of an error where others tell its SQLSTATE.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::DatabaseError(kind, told) => Failure::new(state(&kind), told.message()),
            other => Failure::new(None, other.to_string()),
        }
    }
}

fn state(kind: &DatabaseErrorKind) -> Option<&'static str> {
    match kind {
        DatabaseErrorKind::UniqueViolation => Some("23505"),
        DatabaseErrorKind::SerializationFailure => Some("40001"),
        DatabaseErrorKind::ClosedConnection => Some("08006"),
        _ => None,
    }
}

impl From<ConnectionError> for Failure {
    fn from(error: ConnectionError) -> Self {
        Failure::new(None, error.to_string())
    }
}
