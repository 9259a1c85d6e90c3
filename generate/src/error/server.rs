//! What can go wrong with a running server.

/// Why a server's schema or rows cannot be read. Neither message nor `Debug` contains a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// This build has no client for such servers.
    #[error(
        "{scheme}:// needs a client that this gamedb was built without; `cargo install gamedb-cli --features {feature}` \
         builds one with it"
    )]
    NoClient {
        /// The scheme of the address.
        scheme: &'static str,
        /// The cargo feature with that client.
        feature: &'static str,
    },
    /// The address cannot be read.
    #[error(
        "the address {scheme}://.. cannot be read: {why}; it is {scheme}://user:password@host:port/database, and a \
         character such as @, : or / in the password is written %40, %3A or %2F"
    )]
    Address {
        /// The scheme of the address.
        scheme: &'static str,
        /// Why.
        why: String,
    },
    /// The server cannot be reached, or refuses the user.
    #[error("cannot connect to {address}: {why}")]
    Connect {
        /// The server and its database, without user and password.
        address: String,
        /// Why.
        why: String,
    },
    /// The server does not answer a question about its schema or its rows.
    #[error("{address}: cannot read {what}: {why}")]
    Read {
        /// The server and its database, without user and password.
        address: String,
        /// What was asked for, such as a table.
        what: String,
        /// Why.
        why: String,
    },
    /// The database has no table.
    #[error("{address} has no table that this user can see")]
    NoTables {
        /// The server and its database, without user and password.
        address: String,
    },
}
