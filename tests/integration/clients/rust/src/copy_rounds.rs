//! copy-in ROUNDS: COPY IN and a query behind it, on a new connection each time: how often is there no answer?

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::SinkExt;
use tokio::time::timeout;

use crate::checks::Failure;
use crate::tokio_postgres_client::connect;

const LIMIT: Duration = Duration::from_secs(3);

pub async fn run(rounds: u32) -> Result<(), Failure> {
    connect().await?.batch_execute("CREATE TABLE IF NOT EXISTS copy_rounds (a int4)").await?;
    let (mut right, mut hung, mut failed) = (0, 0, 0);
    for _ in 0..rounds {
        match timeout(LIMIT, round()).await {
            Err(_) => hung += 1,
            Ok(Ok(())) => right += 1,
            Ok(Err(failure)) => {
                failed += 1;
                eprintln!("{}", failure.text);
            }
        }
    }
    println!("{right} rounds right, {hung} without an answer in {LIMIT:?}, {failed} failed");
    Ok(())
}

async fn round() -> Result<(), Failure> {
    let client = connect().await?;
    let mut sink = pin!(client.copy_in("COPY copy_rounds FROM STDIN").await?);
    sink.send(Bytes::from_static(b"1\n2\n")).await?;
    sink.as_mut().finish().await?;
    client.simple_query("SELECT 1").await?;
    Ok(())
}
