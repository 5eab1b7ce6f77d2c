//! clients NAME: one client of PostgreSQL in one configuration, and what it found as a line of JSON.

mod checks;
mod common;
mod copy_rounds;
mod deadpool_client;
mod diesel_async_client;
mod diesel_client;
mod diesel_model;
mod sample;
mod sea_orm_client;
mod sea_orm_sample;
mod sqlx_client;
mod sqlx_mood;
mod tokio_groups;
mod tokio_postgres_client;

use checks::Failure;
use tokio_postgres_client::Mode;

async fn run(name: &str) -> Result<(), Failure> {
    match name {
        "tokio-postgres" => tokio_postgres_client::run(Mode::Query).await,
        "tokio-postgres-kept" => tokio_postgres_client::run(Mode::Kept).await,
        "tokio-postgres-pipelined" => tokio_postgres_client::run(Mode::Pipelined).await,
        "tokio-postgres-transaction" => tokio_postgres_client::run(Mode::Transaction).await,
        "deadpool-postgres" => deadpool_client::run().await,
        "sqlx" => sqlx_client::run(true).await,
        "sqlx-not-persistent" => sqlx_client::run(false).await,
        "sea-orm" => sea_orm_client::run().await,
        "diesel" => diesel_client::run().await,
        "diesel-async" => diesel_async_client::run().await,
        "copy-in" => copy_rounds::run(number_of_rounds()?).await,
        other => Err(Failure::new(None, format!("no client {other:?}"))),
    }
}

fn number_of_rounds() -> Result<u32, Failure> {
    let word = std::env::args().nth(2).unwrap_or_default();
    word.parse().map_err(|_| Failure::new(None, format!("{word:?} is no number of rounds")))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    run(&std::env::args().nth(1).unwrap_or_default()).await
}
