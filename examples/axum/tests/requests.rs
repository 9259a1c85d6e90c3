//! Requests over a real connection.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread;

use gamedb::Database;
use gamedb_axum::handle::{Handle, handle, run};
use gamedb_axum::models::{Player, World};
use gamedb_axum::routes::routes;

/// The status and the body of an answer.
fn ask(server: SocketAddr, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(server).expect("the server listens");
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: \
         {length}\r\n\r\n{body}"
    )
    .expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it is answered");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    (status.expect("a status"), body.to_owned())
}

/// A server in threads of its own, until the sender is dropped.
fn serve(
    game: Handle,
) -> (
    SocketAddr,
    tokio::sync::oneshot::Sender<()>,
    thread::JoinHandle<()>,
) {
    let (address, bound) = mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let server = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                .await
                .expect("a port");
            address
                .send(listener.local_addr().expect("an address"))
                .expect("the test waits");
            let stopped = async { stopped.await.unwrap_or_default() };
            axum::serve(listener, routes(game))
                .with_graceful_shutdown(stopped)
                .await
                .expect("it serves");
        });
    });
    (bound.recv().expect("it is bound"), stop, server)
}

#[test]
fn requests_are_answered_by_the_loop_and_what_they_did_is_in_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("world.db");
    let db = Database::<World>::open(&path).expect("it opens");
    let (game, inbox) = handle();
    let (server, stop, thread) = serve(game);
    let loop_ = thread::spawn(move || {
        let mut n_ticks = 0;
        run(db, &inbox, |_| {
            n_ticks += 1;
            Ok(())
        })
        .expect("it closes");
        n_ticks
    });

    let create = |name: &str| {
        ask(
            server,
            "POST",
            "/players",
            &format!("{{\"name\":\"{name}\"}}"),
        )
    };
    assert_eq!(create("Ada"), (201, "1".to_owned()));
    assert_eq!(create("Bob"), (201, "2".to_owned()));
    let (status, message) = create("Ada");
    assert_eq!(status, 409, "{message}");
    assert!(message.contains("name"), "{message}");

    let give = |gold: i64| {
        let gift = format!("{{\"from\":\"Ada\",\"to\":\"Bob\",\"gold\":{gold}}}");
        ask(server, "POST", "/gifts", &gift).0
    };
    assert_eq!(give(7), 204);
    assert_eq!(give(7), 409, "she has three left, and gives none of them");
    assert_eq!(give(-7), 422);
    assert_eq!(give(i64::MAX), 409);
    let show = |name: &str| ask(server, "GET", &format!("/players/{name}"), "");
    assert_eq!(
        show("Ada"),
        (200, "{\"id\":1,\"name\":\"Ada\",\"gold\":3}".to_owned())
    );
    assert_eq!(show("Bob").1, "{\"id\":2,\"name\":\"Bob\",\"gold\":17}");
    assert_eq!(show("Eve").0, 404);

    drop(stop);
    thread.join().expect("the server ends");
    let n_ticks: u32 = loop_.join().expect("the loop ends with the last handle");
    assert!(n_ticks > 0);
    let db = Database::<World>::open(&path).expect("it opens again");
    let gold = |name: &str| Player::find_by_name(&db, name).map(|player| player.gold);
    assert_eq!(
        (gold("Ada"), gold("Bob"), gold("Eve")),
        (Some(3), Some(17), None)
    );
}

#[test]
fn a_request_that_panics_is_not_answered_and_the_game_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Database::<World>::open(folder.path().join("world.db")).expect("it opens");
    let (game, inbox) = handle();
    let loop_ = thread::spawn(move || run(db, &inbox, |_| Ok(())).expect("it closes"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let panicked = game.ask(|db| {
            let _ = db.transaction::<(), gamedb::Error>(|world| {
                let _ = world.insert(Player::default())?;
                panic!("a mistake in a request");
            });
        });
        assert!(panicked.await.is_err());
        assert_eq!(
            game.ask(|db| db.n_rows::<Player>())
                .await
                .expect("an answer"),
            0
        );
    });
    drop(game);
    loop_.join().expect("the loop ends");
}
