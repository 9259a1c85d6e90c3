//! Addresses of servers.

use std::fmt;

#[cfg(any(feature = "mysql", feature = "postgres"))]
use crate::error::ServerError;
use crate::sql::Dialect;

/// A server's address with user and password. It cannot be printed; the clients give their server a name for messages.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address {
    kind: ServerKind,
    url: String,
}

/// The servers that there are clients for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerKind {
    /// MySQL or MariaDB.
    MySql,
    Postgres,
}

/// The schemes of addresses.
const SCHEMES: &[(&str, ServerKind)] = &[
    ("mysql://", ServerKind::MySql),
    ("mariadb://", ServerKind::MySql),
    ("postgres://", ServerKind::Postgres),
    ("postgresql://", ServerKind::Postgres),
];

impl Address {
    /// The address, if a text is one and not the path of a file.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, kind) = SCHEMES.iter().find(|(scheme, _)| {
            let start = text.get(..scheme.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        })?;
        let url = format!("{}{}", kind.scheme_with_slashes(), &text[scheme.len()..]);
        Some(Self { kind: *kind, url })
    }

    pub(crate) fn kind(&self) -> ServerKind {
        self.kind
    }

    /// Refuses an address whose password has to be escaped: clients would take a part of it for the host, and name
    /// that in messages.
    #[cfg(any(feature = "mysql", feature = "postgres"))]
    pub(super) fn verify(&self) -> Result<(), ServerError> {
        let rest = &self.url[self.kind.scheme_with_slashes().len()..];
        let behind = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (user_and_host, behind) = rest.split_at(behind);
        if user_and_host.matches('@').count() <= 1 && !behind.contains('@') {
            return Ok(());
        }
        Err(ServerError::Address {
            scheme: self.kind.scheme(),
            why: "it has an @ that is not the one before the host".to_owned(),
        })
    }

    /// The address as the client reads it, with the password.
    #[cfg(any(feature = "mysql", feature = "postgres"))]
    pub(super) fn with_password(&self) -> &str {
        &self.url
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({}..)", self.kind.scheme_with_slashes())
    }
}

impl ServerKind {
    pub(crate) fn dialect(self) -> Dialect {
        match self {
            Self::MySql => Dialect::MySql,
            Self::Postgres => Dialect::Postgres,
        }
    }

    /// The scheme of its addresses, and the cargo feature with its client.
    pub(crate) fn scheme(self) -> &'static str {
        match self {
            Self::MySql => "mysql",
            Self::Postgres => "postgres",
        }
    }

    fn scheme_with_slashes(self) -> &'static str {
        match self {
            Self::MySql => "mysql://",
            Self::Postgres => "postgres://",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_a_path_and_keeps_its_password_to_itself() {
        let kinds = [
            ("mysql://me:secret@localhost/game", ServerKind::MySql),
            ("MariaDB://me:secret@localhost/game", ServerKind::MySql),
            ("postgres://me:secret@localhost/game", ServerKind::Postgres),
            (
                "postgresql://me:secret@localhost/game",
                ServerKind::Postgres,
            ),
        ];
        for (text, kind) in kinds {
            let address = Address::parse(text).expect("an address");
            assert_eq!(address.kind(), kind);
            assert!(!format!("{address:?}").contains("secret"));
        }
        for path in [
            "old.db",
            "mysql",
            "mysql:/old.db",
            "./mysql://x",
            "päth",
            "",
        ] {
            assert_eq!(Address::parse(path), None, "{path}");
        }
    }

    #[cfg(any(feature = "mysql", feature = "postgres"))]
    #[test]
    fn a_password_that_would_be_taken_for_a_host_is_refused() {
        let verify = |text: &str| Address::parse(text).expect("an address").verify();
        for good in ["me:s%40t@h/db", "h/db", "me@h:1/db?sslmode=require", "h"] {
            assert_eq!(verify(&format!("postgres://{good}")), Ok(()), "{good}");
        }
        for bad in [
            "me:s@t@h/db",
            "me:12/s@h/db",
            "me:1?s@h/db",
            "me:1#s@h/db",
            "h/db?password=s@t",
        ] {
            let error = verify(&format!("mysql://{bad}"))
                .expect_err(bad)
                .to_string();
            assert!(!error.contains("s@"), "{error}");
        }
    }
}
