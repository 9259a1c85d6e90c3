//! What a program would write by hand with tokio-postgres, with the settings of the session that gamedb has.

use std::pin::pin;
use std::time::Duration;

use bytes::Buf as _;
use futures_util::Stream;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Config, NoTls, Statement};

use crate::time;

pub(crate) struct ByHand {
    runtime: Runtime,
    client: Client,
    unnest: Statement,
    one: Statement,
}

/// A row as a program without a library has it.
#[allow(dead_code, reason = "what is loaded is not used here")]
enum Row {
    Attribute {
        id: i64,
        name: String,
        is_visible: bool,
        kind: String,
        values: [Option<[u8; 8]>; 6],
    },
    Owner {
        id: i64,
        columns: [Option<i64>; 5],
    },
}

impl ByHand {
    pub(crate) fn connect(address: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let mut config: Config = address.parse().expect("an address");
        config.options("-c plan_cache_mode=force_generic_plan -c jit=off -c search_path=bench");
        let (client, unnest, one) = runtime.block_on(async {
            let (client, connection) = config.connect(NoTls).await.expect("the server");
            tokio::spawn(connection);
            let unnest = "UPDATE attributes AS t SET double_value = v.value
                FROM unnest($1::bigint[], $2::float8[]) AS v(id, value) WHERE t.id = v.id";
            let one = "UPDATE attributes SET double_value = $2 WHERE id = $1";
            let unnest = client.prepare(unnest).await.expect("a statement");
            let one = client.prepare(one).await.expect("a statement");
            (client, unnest, one)
        });
        Self {
            runtime,
            client,
            unnest,
            one,
        }
    }

    /// Lets the server count its rows.
    pub(crate) fn analyze(&self) {
        let analyzed = self
            .runtime
            .block_on(self.client.batch_execute("VACUUM ANALYZE"));
        analyzed.expect("it is counted");
    }

    /// One statement for all rows.
    pub(crate) fn unnest(&self, mut changes: Vec<(i64, f64)>) -> Duration {
        let client = &self.client;
        let write = async {
            // In the order of the ids, as a flush has them.
            changes.sort_unstable_by_key(|&(id, _)| id);
            let (ids, values): (Vec<i64>, Vec<f64>) = changes.into_iter().unzip();
            client.batch_execute("BEGIN").await?;
            let touched = client.execute(&self.unnest, &[&ids, &values]).await?;
            assert_eq!(touched, ids.len() as u64);
            client.batch_execute("COMMIT").await
        };
        let (took, written) = time(|| self.runtime.block_on(write));
        written.expect("it is written");
        took
    }

    /// A prepared statement for each row, in one transaction.
    pub(crate) fn row_by_row(&self, changes: &[(i64, f64)]) -> Duration {
        let client = &self.client;
        let write = async {
            client.batch_execute("BEGIN").await?;
            for (id, value) in changes {
                assert_eq!(client.execute(&self.one, &[id, value]).await?, 1);
            }
            client.batch_execute("COMMIT").await
        };
        let (took, written) = time(|| self.runtime.block_on(write));
        written.expect("it is written");
        took
    }

    /// Both tables into vectors, by COPY in the binary format.
    pub(crate) fn copy(&self, n_rows: usize) -> Duration {
        let load = async {
            let mut rows = Vec::new();
            for (table, of) in [
                ("attributes", attribute as fn(&[u8]) -> Row),
                ("attribute_owners", owner),
            ] {
                let sql = format!("COPY {table} TO STDOUT (FORMAT binary)");
                let chunks = self.client.copy_out(&sql).await.expect("a table");
                let mut chunks = pin!(chunks);
                let mut is_first = true;
                while let Some(chunk) =
                    std::future::poll_fn(|context| chunks.as_mut().poll_next(context)).await
                {
                    // The server sends a row in a chunk, and a header of 19 bytes with the first one.
                    let chunk = chunk.expect("a row");
                    let row = if is_first { &chunk[19..] } else { &chunk[..] };
                    is_first = false;
                    if row.len() > 2 {
                        rows.push(of(&row[2..]));
                    }
                }
            }
            rows
        };
        let (took, rows) = time(|| self.runtime.block_on(load));
        assert_eq!(rows.len(), n_rows);
        took
    }
}

/// The bytes of the next field; `None` for NULL.
fn field<'r>(row: &mut &'r [u8]) -> Option<&'r [u8]> {
    let length = usize::try_from(row.get_i32()).ok()?;
    let (field, rest) = row.split_at(length);
    *row = rest;
    Some(field)
}

fn integer(row: &mut &[u8]) -> Option<i64> {
    field(row).map(|mut field| field.get_i64())
}

fn text(row: &mut &[u8]) -> String {
    let bytes = field(row).unwrap_or_default();
    std::str::from_utf8(bytes).expect("UTF-8").to_owned()
}

fn attribute(mut row: &[u8]) -> Row {
    let row = &mut row;
    Row::Attribute {
        id: integer(row).unwrap_or_default(),
        name: text(row),
        is_visible: integer(row) == Some(1),
        kind: text(row),
        values: std::array::from_fn(|_| field(row).and_then(|field| field.try_into().ok())),
    }
}

fn owner(mut row: &[u8]) -> Row {
    let row = &mut row;
    Row::Owner {
        id: integer(row).unwrap_or_default(),
        columns: std::array::from_fn(|_| integer(row)),
    }
}
