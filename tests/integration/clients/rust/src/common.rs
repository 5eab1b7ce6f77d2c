//! The checks that all clients have in common, and the tables for all checks.

use crate::checks::{self, Failure, limited};

const GROUP: &str = "common";
const ROUNDS: i32 = 3;
const STATEMENTS: i32 = 10;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Int(i32),
    Text(String),
}

pub trait Client {
    /// The value of a row of one column, of the type of `like`.
    async fn value(&mut self, sql: &str, arguments: &[Value], like: &Value) -> Result<Value, Failure>;

    /// In one transaction: `insert` with 1, 2 and 3, then what `count` says for 1.
    async fn transaction(&mut self, insert: &str, count: &str) -> Result<Value, Failure>;

    /// After a failure: connects again if the connection is lost, and says so.
    async fn recover(&mut self, _after: &Failure) -> Result<bool, Failure> {
        Ok(false)
    }
}

pub fn own() -> &'static str {
    match std::env::var("CLIENT_COPY").as_deref() {
        Ok("a") => "a",
        _ => "b",
    }
}

struct Statement {
    sql: String,
    make: Box<dyn Fn(i32) -> (Vec<Value>, Value)>,
}

/// Every second one is of this copy alone.
fn statements() -> Vec<Statement> {
    let private = 1000 * (1 + i32::from(own().as_bytes()[0]));
    (0..STATEMENTS).flat_map(|k| [statement(k, k), statement(k, private + k)]).collect()
}

fn statement(k: i32, offset: i32) -> Statement {
    use Value::{Int, Text};
    match k % 4 {
        0 => Statement {
            sql: format!("SELECT CAST($1 AS int4) * 10000000 + CAST($2 AS int4) * 1000000 + {offset}"),
            make: Box::new(move |turn| (vec![Int(turn), Int(2)], Int(turn * 10000000 + 2000000 + offset))),
        },
        2 => Statement {
            sql: format!("SELECT CAST($1 AS int4) * 1000000 + {offset}"),
            make: Box::new(move |turn| (vec![Int(turn)], Int(turn * 1000000 + offset))),
        },
        _ => Statement {
            sql: format!("SELECT CAST($1 AS text) || ' and {offset}'"),
            make: Box::new(move |turn| {
                let text = format!("round {turn}");
                (vec![Text(text.clone())], Text(format!("{text} and {offset}")))
            }),
        },
    }
}

pub async fn common(client: &mut impl Client) {
    for turn in 1..=ROUNDS {
        for Statement { sql, make } in &statements() {
            let (arguments, expected) = make(turn);
            value(client, sql, sql, &arguments, expected).await;
        }
    }
    transaction(client).await;
    let insert = format!("INSERT INTO common_{} VALUES (CAST($1 AS int4)) RETURNING id", own());
    let again = limited(client.value(&insert, &[Value::Int(0)], &Value::Int(0))).await;
    checks::fails(GROUP, "unique violation", again, "23505");
    value(client, "recovery", "SELECT CAST($1 AS int4) + 1", &[Value::Int(41)], Value::Int(42)).await;
}

async fn transaction(client: &mut impl Client) {
    let insert = format!("INSERT INTO common_{} VALUES (CAST($1 AS int4))", own());
    let count = format!("SELECT CAST(count(*) AS int4) FROM common_{} WHERE id >= CAST($1 AS int4)", own());
    match limited(client.transaction(&insert, &count)).await {
        Ok(seen) => {
            checks::equal(GROUP, "rows seen inside", seen, Value::Int(3));
            value(client, "commit seen", &count, &[Value::Int(2)], Value::Int(2)).await;
        }
        Err(failure) => fail(client, "transaction", failure).await,
    }
}

async fn value(client: &mut impl Client, name: &str, sql: &str, arguments: &[Value], expected: Value) {
    match limited(client.value(sql, arguments, &expected)).await {
        Ok(got) => checks::equal(GROUP, name, got, expected),
        Err(failure) => fail(client, name, failure).await,
    }
}

async fn fail(client: &mut impl Client, name: &str, failure: Failure) {
    checks::failed(GROUP, name, &failure);
    match limited(client.recover(&failure)).await {
        Ok(false) => {}
        Ok(true) => checks::failed(GROUP, name, &Failure::new(Some("connection"), "the connection was lost")),
        Err(again) => checks::failed(GROUP, "connects again", &again),
    }
}

/// `sample` and `copied` are of both copies, so that generated texts are equal in both.
pub fn schema() -> String {
    let own = own();
    format!(
        "BEGIN;
         SELECT pg_advisory_xact_lock(1);
         CREATE TABLE IF NOT EXISTS sample (owner text, turn int4, a int2, b int4, c int8, d numeric, e text, f bytea,
             g bool, h date, i timestamptz, j uuid, k jsonb, l int4[], m text[], n text, PRIMARY KEY (owner, turn));
         CREATE TABLE IF NOT EXISTS copied (owner text, a int4, b text, PRIMARY KEY (owner, a));
         COMMIT;
         CREATE TABLE common_{own} (id int4 PRIMARY KEY);
         INSERT INTO common_{own} VALUES (0);
         CREATE TABLE changed_{own} (a int4);
         INSERT INTO changed_{own} VALUES (1);
         CREATE TYPE mood_{own} AS ENUM ('sad', 'happy');
         CREATE TYPE pair_{own} AS (x int4, y text)"
    )
}
