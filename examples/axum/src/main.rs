//! Run it, and ask:
//!
//! ```sh
//! curl -H 'content-type: application/json' -d '{"name":"Ada"}' localhost:3000/players
//! curl localhost:3000/players/Ada
//! ```

use gamedb::Database;
use gamedb_axum::handle::{handle, run};
use gamedb_axum::models::World;
use gamedb_axum::routes::routes;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let db = Database::<World>::open("world.db")?;
    let (game, inbox) = handle();
    let server = std::thread::spawn(move || -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
            println!("http://{}", listener.local_addr()?);
            let stopped = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
            // Its handle is dropped with it, and so the loop ends.
            axum::serve(listener, routes(game))
                .with_graceful_shutdown(stopped)
                .await
        })
    });
    run(db, &inbox, |_world| Ok(()))?;
    server.join().map_err(|_| "the server has panicked")??;
    Ok(())
}
