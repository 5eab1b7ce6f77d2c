//! deadpool-postgres with its statement cache.

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod};
use tokio_postgres::{NoTls, Row};

use crate::checks::{self, Failure, limited};
use crate::common::{self, Value, common, own, schema};
use crate::tokio_groups as groups;
use crate::tokio_postgres_client::{Parameters, Rows, config, connect, parameter, single};

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            other => Failure::new(None, other.to_string()),
        }
    }
}

fn pool(recycling_method: RecyclingMethod) -> Pool {
    let manager = Manager::from_config(config(), NoTls, ManagerConfig { recycling_method });
    Pool::builder(manager).max_size(3).build().expect("a pool")
}

struct Pooled(Pool);

impl Pooled {
    async fn rows_on(client: &Object, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, Failure> {
        let statement = client.prepare_cached(sql).await?;
        Ok(client.query(&statement, parameters).await?)
    }
}

impl Rows for Pooled {
    async fn rows(&mut self, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, Failure> {
        Self::rows_on(&self.0.get().await?, sql, parameters).await
    }
}

impl common::Client for Pooled {
    async fn value(&mut self, sql: &str, arguments: &[Value], like: &Value) -> Result<Value, Failure> {
        let parameters: Vec<_> = arguments.iter().map(parameter).collect();
        single(self.rows(sql, &parameters).await?, like)
    }

    async fn transaction(&mut self, insert: &str, count: &str) -> Result<Value, Failure> {
        let mut client = self.0.get().await?;
        let transaction = client.transaction().await?;
        for number in 1..=3 {
            let statement = transaction.prepare_cached(insert).await?;
            transaction.execute(&statement, &[&number]).await?;
        }
        let statement = transaction.prepare_cached(count).await?;
        let seen = transaction.query(&statement, &[&1]).await?;
        transaction.commit().await?;
        single(seen, &Value::Int(0))
    }
}

pub async fn run() -> Result<(), Failure> {
    let mut pooled = Pooled(pool(RecyclingMethod::default()));
    pooled.0.get().await?.batch_execute(&schema()).await?;
    checks::begin_together();
    common(&mut pooled).await;
    checks::all_right("types", limited(groups::types(&mut pooled)).await);
    checks::all_right("ddl", limited(ddl(&mut pooled)).await);
    groups::of_connection(&mut **pooled.0.get().await?).await;
    checks::all_right("reset", limited(reset()).await);
    checks::report("deadpool-postgres");
    Ok(())
}

async fn ddl(pooled: &mut Pooled) -> Result<(), Failure> {
    let other = connect().await?;
    let sql = format!("SELECT * FROM changed_{} WHERE a = $1", own());
    checks::equal("ddl", "before", pooled.rows(&sql, &[&1]).await?[0].len(), 1);
    for (change, columns) in groups::CHANGES {
        other.batch_execute(&change.replace("{}", own())).await?;
        for _ in 0..2 {
            checks::fails("ddl", change, pooled.rows(&sql, &[&1]).await, "0A000");
        }
        pooled.0.get().await?.statement_cache.remove(&sql, &[]);
        groups::changed(pooled, &sql, change, columns).await?;
    }
    Ok(())
}

/// Three connections, returned and lent again, with each way to make sure of them.
async fn reset() -> Result<(), Failure> {
    for method in [RecyclingMethod::Fast, RecyclingMethod::Verified, RecyclingMethod::Clean] {
        let pool = pool(method);
        for turn in 0..4 {
            let lent = [pool.get().await?, pool.get().await?, pool.get().await?];
            for client in &lent {
                let rows = Pooled::rows_on(client, "SELECT CAST($1 AS int4) + 1", &[&turn]).await?;
                checks::equal("reset", "lent again", rows[0].try_get::<_, i32>(0)?, turn + 1);
            }
        }
    }
    Ok(())
}
