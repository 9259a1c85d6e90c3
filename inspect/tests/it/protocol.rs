//! Who gets in, and what those can do who do not behave.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use gamedb_inspect::{BindError, Inspector};

use crate::common::{HOSTILE, Page, sample, show, table};

#[test]
fn the_page_and_its_parts_are_served_with_the_token_only() {
    let sample = sample(1);
    show(&sample.db, |page| {
        let index = page.get("");
        assert_eq!(index.status, 200);
        assert!(
            index
                .body
                .contains("<script type=\"module\" src=\"main.js\">")
        );
        assert_eq!(page.get("style.css").status, 200);
        assert_eq!(page.get("api/schema").status, 200);
        let address = page.address;
        let get = |path: &str, host: &str| {
            let request =
                format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            page.send(&request).status
        };
        let own = address.to_string();
        let token = page.path.trim_matches('/');
        for path in [
            "/",
            "/style.css",
            "/api/schema",
            "/0/api/schema",
            "//",
            "/..",
            "/%2e%2e/",
            "/x\\y",
        ] {
            assert_eq!(get(path, &own), 404, "{path}");
        }
        assert_eq!(get(&format!("/{token}"), &own), 404);
        for path in [
            "../Cargo.toml",
            "api",
            "api/",
            "api/nothing",
            "main.rs",
            "%2e%2e/Cargo.toml",
            "style.css/",
        ] {
            assert_eq!(get(&format!("{}{path}", page.path), &own), 404, "{path}");
        }
        assert_eq!(get(&page.path, "evil.example"), 421);
        assert_eq!(
            get(&page.path, &format!("evil.example:{}", address.port())),
            421
        );
        assert_eq!(
            get(&page.path, &format!("localhost:{}", address.port())),
            200
        );
    });
}

#[test]
fn every_response_forbids_what_a_page_could_do_with_it() {
    let sample = sample(1);
    show(&sample.db, |page| {
        let responses = [
            page.get(""),
            page.get("api/schema"),
            page.get("nothing"),
            page.get("api/row?table=99&at=1"),
            page.get("api/rows"),
        ];
        for response in responses {
            for header in [
                "content-security-policy: default-src 'none'; script-src 'self'",
                "frame-ancestors 'none'",
                "x-content-type-options: nosniff",
                "x-frame-options: deny",
                "referrer-policy: no-referrer",
                "cross-origin-resource-policy: same-origin",
                "cache-control: no-store",
            ] {
                assert!(
                    response.head.contains(header),
                    "{header} in {}",
                    response.head
                );
            }
            assert!(
                !response.head.contains("access-control"),
                "{}",
                response.head
            );
        }
    });
}

#[test]
fn other_methods_are_refused() {
    let sample = sample(1);
    show(&sample.db, |page| {
        let send = |method: &str, path: &str, headers: &str| {
            let (base, address) = (&page.path, page.address);
            page.send(&format!("{method} {base}{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n"))
        };
        for method in ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"] {
            assert_eq!(send(method, "api/schema", "").status, 405, "{method}");
        }
        assert_eq!(send("POST", "api/schema", "").status, 403);
        let own = "X-Gamedb-Inspect: 1\r\nContent-Length: 0\r\n";
        assert_eq!(send("POST", "api/schema", own).status, 405);
        assert_eq!(send("POST", "", own).status, 405);
        assert_eq!(send("POST", "api/edit", own).status, 400);
        assert_eq!(send("GET", "api/edit", "").status, 404);
        let head = send("HEAD", "style.css", "");
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        for origin in ["http://evil.example", "null", "https://localhost"] {
            let headers = format!("Origin: {origin}\r\n{own}");
            assert_eq!(send("POST", "api/edit", &headers).status, 403, "{origin}");
        }
    });
}

#[test]
fn nonsense_is_answered_or_dropped_and_the_server_lives() {
    let sample = sample(1);
    show(&sample.db, |page| {
        for nonsense in [
            "\r\n\r\n",
            "GET\r\n\r\n",
            "\0\u{1}\u{2}",
            "GET / HTTP/9.9\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ] {
            let response = page.send(nonsense);
            assert!(
                response.status == 0 || response.status >= 400,
                "{nonsense:?}: {}",
                response.head
            );
        }
        let long = "x".repeat(40_000);
        let address = page.address;
        let response = page.send(&format!(
            "GET /{long} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        ));
        assert!(
            matches!(response.status, 0 | 414 | 431),
            "{}",
            response.head
        );
        let response = page.send(&format!(
            "GET / HTTP/1.1\r\nHost: {address}\r\nX: {long}\r\n\r\n"
        ));
        assert!(matches!(response.status, 0 | 431), "{}", response.head);
        let body = "x".repeat(300 * 1024);
        let response = page.post("api/edit", "X-Gamedb-Inspect: 1\r\n", &body);
        assert!(matches!(response.status, 0 | 413), "{}", response.head);
        assert_eq!(page.get("api/schema").status, 200);
    });
}

#[test]
fn questions_that_make_no_sense_are_refused_by_name() {
    let sample = sample(1);
    show(&sample.db, |page| {
        let players = table(page, "players");
        assert_eq!(page.refusal("rows?table=99").0, 404);
        assert_eq!(page.refusal("row?table=99&at=1").0, 404);
        assert_eq!(page.refusal(&format!("row?table={players}&at=-5")).0, 404);
        assert_eq!(page.refusal("dirty?table=99").0, 404);
        assert_eq!(page.refusal("feed?table=99").0, 404);
        assert_eq!(page.refusal("removal?table=0&at=99").0, 404);
        assert_eq!(page.refusal("naming?table=0&at=1&incoming=99").0, 404);
        assert_eq!(page.refusal("continue?job=99").0, 410);
        assert_eq!(page.refusal("rows?table=0&sort=99").0, 404);
        assert_eq!(
            page.refusal("rows?table=0&sort=0&skip=18446744073709551615")
                .0,
            400
        );
        let (status, error) = page.refusal("rows?table=0&query=nmae%3D1");
        assert_eq!(status, 400);
        assert!(
            error.contains("`nmae`") && error.contains("full_name"),
            "{error}"
        );
    });
}

#[test]
fn a_hostile_value_stays_text() {
    let sample = sample(3);
    show(&sample.db, |page| {
        let response = page.get("api/row?table=0&at=2");
        assert!(
            response.head.contains("content-type: application/json"),
            "{}",
            response.head
        );
        let json: serde_json::Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!(json["cells"][1]["text"], HOSTILE);
    });
}

/// A hundred clients that say nothing keep nobody out for long.
#[test]
fn silent_clients_are_dropped_and_others_served() {
    let sample = sample(1);
    show(&sample.db, |page| {
        let mut silent: Vec<TcpStream> = (0..100).map(|_| page.connect()).collect();
        for stream in silent.iter_mut().step_by(2) {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
        }
        let start = Instant::now();
        assert_eq!(page.get("api/schema").status, 200);
        assert!(
            start.elapsed() < Duration::from_secs(25),
            "{:?}",
            start.elapsed()
        );
        // The first ones are gone by now.
        let mut rest = Vec::new();
        let n_read = silent[0].read_to_end(&mut rest);
        assert!(
            n_read.is_ok() && !rest.starts_with(b"HTTP/1.1 200"),
            "{n_read:?}"
        );
    });
}

#[test]
fn many_clients_at_once_are_all_answered() {
    let sample = sample(20);
    show(&sample.db, |page| {
        std::thread::scope(|scope| {
            for n in 0..40 {
                scope.spawn(move || {
                    for at in 1..=10 {
                        let row = page.ask(&format!("row?table=0&at={}", (n + at) % 20 + 1));
                        assert_eq!(row["place"]["table"], 0);
                    }
                });
            }
        });
    });
}

#[test]
fn a_game_that_does_not_answer_is_said_so() {
    let inspector = Inspector::bind("127.0.0.1:0").unwrap();
    let page = Page::of(&inspector);
    assert_eq!(page.get("").status, 200);
    let (status, error) = page.refusal("schema");
    assert_eq!(status, 503);
    assert!(error.contains("Inspector::answer"), "{error}");
}

#[test]
fn other_machines_cannot_reach_it() {
    for address in [
        SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        "[::]:0".parse().unwrap(),
        "10.0.0.1:0".parse().unwrap(),
    ] {
        let refused = Inspector::bind(address).unwrap_err();
        assert!(
            matches!(refused, BindError::NotLoopback { .. }),
            "{refused}"
        );
        assert!(
            refused.to_string().contains(&address.to_string()),
            "{refused}"
        );
    }
    let taken = Inspector::bind("127.0.0.1:0").unwrap();
    let again = Inspector::bind(taken.address()).unwrap_err();
    assert!(matches!(again, BindError::Listen { .. }), "{again}");
    assert!(
        again.to_string().contains(&taken.address().to_string()),
        "{again}"
    );
    let nothing = Inspector::bind("nothing").unwrap_err();
    assert!(matches!(nothing, BindError::Resolve { .. }), "{nothing}");
}

/// All of 127.0.0.0/8 is this machine.
#[test]
fn its_own_address_opens_it_whichever_it_is() {
    for address in ["127.0.0.1:0", "127.0.0.2:0", "[::1]:0"] {
        let Ok(inspector) = Inspector::bind(address) else {
            assert_ne!(address, "127.0.0.1:0");
            eprintln!("skipped: this machine has no {address}");
            continue;
        };
        let page = Page::of(&inspector);
        assert_eq!(page.get("").status, 200, "{address}");
        // Through a tunnel that begins at another port.
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n",
            page.path
        );
        let refused = page.send(&request);
        assert_eq!(refused.status, 421);
        let own = page.address;
        assert!(
            refused
                .body
                .contains(&format!("ssh -L {}:{own}", own.port())),
            "{}",
            refused.body
        );
        assert!(!refused.body.contains(page.path.trim_matches('/')));
    }
}

#[test]
fn the_token_is_in_no_log_by_accident() {
    let inspector = Inspector::bind("127.0.0.1:0").unwrap();
    let page = Page::of(&inspector);
    let shown = format!("{inspector:?} {inspector:#?}");
    assert!(!shown.contains(page.path.trim_matches('/')), "{shown}");
    assert!(shown.contains(&page.address.to_string()), "{shown}");
}

#[test]
fn dropping_it_ends_the_server() {
    let inspector = Inspector::bind("127.0.0.1:0").unwrap();
    let page = Page::of(&inspector);
    let mut open = page.connect();
    assert_eq!(page.get("").status, 200);
    drop(inspector);
    assert!(TcpStream::connect(page.address).is_err());
    let mut rest = Vec::new();
    assert!(open.read_to_end(&mut rest).is_ok_and(|n| n == 0) || rest.is_empty());
}
