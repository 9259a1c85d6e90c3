//! Diesel and sqlx as people write them: the settings of the server, an UPDATE for each row in one transaction, and rows
//! into vectors of structs.

use std::time::Duration;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use sqlx::postgres::{PgConnectOptions, PgConnection as SqlxConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::runtime::Runtime;

use crate::time;

diesel::table! {
    attributes (id) {
        id -> BigInt,
        internal_name -> Text,
        visible -> BigInt,
        attribute_type -> Text,
        bool_value -> Nullable<BigInt>,
        double_value -> Nullable<Double>,
        vector3_x -> Nullable<Double>,
        vector3_y -> Nullable<Double>,
        vector3_z -> Nullable<Double>,
        asset_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    attribute_owners (id) {
        id -> BigInt,
        attribute_id -> BigInt,
        mobile_id -> Nullable<BigInt>,
        item_id -> Nullable<BigInt>,
        asset_id -> Nullable<BigInt>,
        player_id -> Nullable<BigInt>,
    }
}

#[derive(Queryable, sqlx::FromRow)]
#[allow(dead_code, reason = "what is loaded is not used here")]
struct Attribute {
    id: i64,
    internal_name: String,
    visible: i64,
    attribute_type: String,
    bool_value: Option<i64>,
    double_value: Option<f64>,
    vector3_x: Option<f64>,
    vector3_y: Option<f64>,
    vector3_z: Option<f64>,
    asset_id: Option<i64>,
}

#[derive(Queryable, sqlx::FromRow)]
#[allow(dead_code, reason = "what is loaded is not used here")]
struct AttributeOwner {
    id: i64,
    attribute_id: i64,
    mobile_id: Option<i64>,
    item_id: Option<i64>,
    asset_id: Option<i64>,
    player_id: Option<i64>,
}

pub(crate) struct Diesel(PgConnection);

impl Diesel {
    pub(crate) fn connect(address: &str) -> Self {
        let address = format!("{address}?options=-csearch_path%3Dbench");
        Self(PgConnection::establish(&address).expect("the server"))
    }

    pub(crate) fn flush(&mut self, changes: &[(i64, f64)]) -> Duration {
        let (took, written) = time(|| {
            self.0.transaction(|connection| {
                for &(id, value) in changes {
                    let row = diesel::update(attributes::table.find(id));
                    let touched = row
                        .set(attributes::double_value.eq(value))
                        .execute(connection)?;
                    assert_eq!(touched, 1);
                }
                QueryResult::Ok(())
            })
        });
        written.expect("it is written");
        took
    }

    pub(crate) fn load(&mut self, n_rows: usize) -> Duration {
        let (took, (attributes, owners)) = time(|| {
            let attributes = attributes::table.load::<Attribute>(&mut self.0);
            let owners = attribute_owners::table.load::<AttributeOwner>(&mut self.0);
            (attributes.expect("a table"), owners.expect("a table"))
        });
        assert_eq!(attributes.len() + owners.len(), n_rows);
        took
    }
}

pub(crate) struct Sqlx {
    runtime: Runtime,
    connection: SqlxConnection,
}

impl Sqlx {
    pub(crate) fn connect(address: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let options: PgConnectOptions = address.parse().expect("an address");
        let options = options.options([("search_path", "bench")]);
        let connection = runtime.block_on(options.connect()).expect("the server");
        Self {
            runtime,
            connection,
        }
    }

    pub(crate) fn flush(&mut self, changes: &[(i64, f64)]) -> Duration {
        let write = async {
            let mut transaction = self.connection.begin().await?;
            for &(id, value) in changes {
                let update = sqlx::query("UPDATE attributes SET double_value = $1 WHERE id = $2");
                let done = update
                    .bind(value)
                    .bind(id)
                    .execute(&mut *transaction)
                    .await?;
                assert_eq!(done.rows_affected(), 1);
            }
            transaction.commit().await
        };
        let (took, written) = time(|| self.runtime.block_on(write));
        written.expect("it is written");
        took
    }

    pub(crate) fn load(&mut self, n_rows: usize) -> Duration {
        let connection = &mut self.connection;
        let load = async {
            let attributes = sqlx::query_as::<_, Attribute>("SELECT * FROM attributes")
                .fetch_all(&mut *connection)
                .await?;
            let owners = sqlx::query_as::<_, AttributeOwner>("SELECT * FROM attribute_owners")
                .fetch_all(&mut *connection)
                .await?;
            Ok::<_, sqlx::Error>((attributes, owners))
        };
        let (took, loaded) = time(|| self.runtime.block_on(load));
        let (attributes, owners) = loaded.expect("two tables");
        assert_eq!(attributes.len() + owners.len(), n_rows);
        took
    }
}
