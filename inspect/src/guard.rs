//! Who may ask. The page shows a whole world, so a request has to come from this machine, from the page itself
//! and with the token; other pages in the same browser must not get in.

use std::net::SocketAddr;

use hyper::http::request::Parts;
use hyper::{Method, StatusCode, header};

/// Headers of every response. Values of rows are written as text nodes only; this is the second line.
pub(crate) const HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// A header that the page sends with each edit. A page of another origin cannot set it without asking
/// first, and is not answered.
pub(crate) const EDIT_HEADER: &str = "x-gamedb-inspect";

/// Bytes of the token.
const TOKEN: usize = 16;

/// A new token: 128 random bits in hexadecimal.
pub(crate) fn new_token() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; TOKEN];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Why a request is not looked at any further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denied(pub(crate) StatusCode, pub(crate) String);

fn denied(status: StatusCode, why: impl Into<String>) -> Denied {
    Denied(status, why.into())
}

/// Checks a request, and returns the path behind the token.
pub(crate) fn check<'p>(parts: &'p Parts, own: SocketAddr, token: &str) -> Result<&'p str, Denied> {
    let host = parts.headers.get(header::HOST).map(|host| host.to_str());
    let Some(Ok(host)) = host else {
        return Err(denied(StatusCode::BAD_REQUEST, "a request names its host"));
    };
    // A name that was made to point to this machine has the wrong host here (DNS rebinding).
    if !is_own(host, own) || parts.headers.get_all(header::HOST).iter().count() > 1 {
        return Err(denied(
            StatusCode::MISDIRECTED_REQUEST,
            format!(
                "this is {own}, and the request is for another host; through an SSH tunnel, take the same port at both \
                 ends: ssh -L {}:{own} HOST",
                own.port()
            ),
        ));
    }
    if !matches!(parts.method, Method::GET | Method::HEAD | Method::POST) {
        return Err(denied(
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET, HEAD and POST",
        ));
    }
    if let Some(origin) = parts.headers.get(header::ORIGIN) {
        let of = origin
            .to_str()
            .ok()
            .and_then(|origin| origin.strip_prefix("http://"));
        if !of.is_some_and(|host| is_own(host, own)) {
            return Err(denied(
                StatusCode::FORBIDDEN,
                "another page has no business here",
            ));
        }
    }
    let path = parts.uri.path().strip_prefix('/').unwrap_or_default();
    let (found, rest) = path.split_once('/').unwrap_or((path, "/"));
    if !is_same(found, token) || rest == "/" && !path.contains('/') {
        return Err(denied(StatusCode::NOT_FOUND, "nothing is here"));
    }
    // The page may be opened from anywhere; what it loads has to be asked for by itself.
    if let Some(site) = parts.headers.get("sec-fetch-site")
        && !rest.is_empty()
        && !matches!(site.as_bytes(), b"same-origin" | b"none")
    {
        return Err(denied(
            StatusCode::FORBIDDEN,
            "another page has no business here",
        ));
    }
    if parts.method == Method::POST && !parts.headers.contains_key(EDIT_HEADER) {
        return Err(denied(StatusCode::FORBIDDEN, "only the page itself edits"));
    }
    Ok(rest)
}

fn is_own(host: &str, own: SocketAddr) -> bool {
    let port = own.port();
    let (name, is_port) = match host.rsplit_once(':') {
        Some((name, number)) if !number.ends_with(']') => (name, number.parse() == Ok(port)),
        _ => (host, port == 80),
    };
    // Any address of 127.0.0.0/8 is this machine.
    let is_bound = || name.parse() == Ok(own.ip());
    is_port && (matches!(name, "127.0.0.1" | "localhost" | "[::1]") || is_bound())
}

/// Compares in a time that does not tell how much of it is right.
fn is_same(found: &str, token: &str) -> bool {
    let differing = found.bytes().zip(token.bytes());
    let differing = differing.fold(0, |differing, (a, b)| differing | (a ^ b));
    found.len() == token.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    const TOKEN: &str = "00112233445566778899aabbccddeeff";

    fn checked(method: &str, path: &str, headers: &[(&str, &str)]) -> Result<String, u16> {
        let own = SocketAddr::from(([127, 0, 0, 1], 4000));
        let checked = checked_by(own, method, path, headers);
        checked.map_err(|denied| denied.0.as_u16())
    }

    fn checked_by(
        own: SocketAddr,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<String, Denied> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        check(&parts, own, TOKEN).map(String::from)
    }

    fn get(path: &str) -> Result<String, u16> {
        checked("GET", path, &[("host", "127.0.0.1:4000")])
    }

    #[test]
    fn the_token_opens_the_page_and_nothing_else_does() {
        assert_eq!(get(&format!("/{TOKEN}/")), Ok(String::new()));
        assert_eq!(get(&format!("/{TOKEN}/main.js")), Ok("main.js".into()));
        assert_eq!(
            get(&format!("/{TOKEN}/api/rows?x=1")),
            Ok("api/rows".into())
        );
        for path in [
            "/".to_owned(),
            "/main.js".into(),
            format!("/{TOKEN}"),
            format!("/{}/", &TOKEN[1..]),
            format!("/{TOKEN}0/"),
            format!("/{}/", TOKEN.to_uppercase()),
            format!("//{TOKEN}/"),
            format!("/%30{}/", &TOKEN[1..]),
        ] {
            assert_eq!(get(&path), Err(404), "{path}");
        }
    }

    #[test]
    fn other_hosts_are_turned_away() {
        let path = format!("/{TOKEN}/");
        let host = |host: &str| checked("GET", &path, &[("host", host)]);
        for own in ["127.0.0.1:4000", "localhost:4000", "[::1]:4000"] {
            assert_eq!(host(own), Ok(String::new()), "{own}");
        }
        for other in [
            "evil.example:4000",
            "127.0.0.1",
            "127.0.0.1:4001",
            "localhost",
            "127.0.0.1.evil.example:4000",
            "[::1]",
            "",
            "127.0.0.1:4000:4000",
            "0.0.0.0:4000",
            "127.0.0.1:04000x",
            "127.0.0.2:4000",
        ] {
            assert_eq!(host(other), Err(421), "{other}");
        }
        assert_eq!(checked("GET", &path, &[]), Err(400));
        let two = [("host", "127.0.0.1:4000"), ("host", "evil.example")];
        assert_eq!(checked("GET", &path, &two), Err(421));
    }

    #[test]
    fn the_bound_address_is_its_own() {
        let path = format!("/{TOKEN}/");
        for (own, host) in [
            ("127.0.0.2:4000", "127.0.0.2:4000"),
            ("127.255.255.254:80", "127.255.255.254"),
            ("[::1]:4000", "[::1]:4000"),
            ("127.0.0.2:4000", "localhost:4000"),
        ] {
            let address = own.parse().expect("an address");
            let checked = checked_by(address, "GET", &path, &[("host", host)]);
            assert_eq!(checked, Ok(String::new()), "{own} {host}");
            let origin = format!("http://{host}");
            let headers = [("host", host), ("origin", &*origin)];
            assert!(
                checked_by(address, "GET", &path, &headers).is_ok(),
                "{own} {host}"
            );
            for other in [
                "127.0.0.3:4000",
                "127.0.0.2:4001",
                "evil.example:4000",
                "[::2]:4000",
            ] {
                let refused = checked_by(address, "GET", &path, &[("host", other)]);
                // Whoever comes through a tunnel sees which host it should have been.
                let Denied(status, why) = refused.expect_err(other);
                assert_eq!(status, StatusCode::MISDIRECTED_REQUEST);
                assert!(
                    why.contains(&format!(" {own},")) && why.contains("ssh -L"),
                    "{why}"
                );
                assert!(!why.contains(other), "{why}");
            }
        }
    }

    #[test]
    fn other_pages_are_turned_away() {
        let host = ("host", "127.0.0.1:4000");
        let api = format!("/{TOKEN}/api/schema");
        let with = |name, value| checked("GET", &api, &[host, (name, value)]);
        assert!(with("origin", "http://127.0.0.1:4000").is_ok());
        for other in [
            "http://evil.example",
            "null",
            "https://127.0.0.1:4000",
            "http://127.0.0.1:80",
        ] {
            assert_eq!(with("origin", other), Err(403), "{other}");
        }
        assert!(with("sec-fetch-site", "same-origin").is_ok());
        assert_eq!(with("sec-fetch-site", "cross-site"), Err(403));
        assert_eq!(with("sec-fetch-site", "same-site"), Err(403));
        // A link to the page, from wherever it was written down.
        let page = format!("/{TOKEN}/");
        assert!(checked("GET", &page, &[host, ("sec-fetch-site", "cross-site")]).is_ok());
    }

    #[test]
    fn methods() {
        let host = ("host", "127.0.0.1:4000");
        let path = format!("/{TOKEN}/api/edit");
        assert_eq!(checked("POST", &path, &[host]), Err(403));
        assert!(checked("POST", &path, &[host, (EDIT_HEADER, "1")]).is_ok());
        for method in ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT"] {
            assert_eq!(checked(method, &path, &[host]), Err(405), "{method}");
        }
    }

    #[test]
    fn tokens_are_long_and_new_each_time() {
        let tokens: std::collections::HashSet<_> = (0..100)
            .map(|_| new_token().expect("random numbers"))
            .collect();
        assert_eq!(tokens.len(), 100);
        assert!(tokens.iter().all(|token| token.len() == 32));
    }
}
