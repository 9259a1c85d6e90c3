//! A web server whose requests are answered by a game loop.
//!
//! The loop alone has the world. A request sends it a closure and awaits the answer; the loop runs
//! closures in what is left of each tick. So the world needs no lock, a request sees no half of a tick, and a slow client
//! keeps no tick waiting.

pub mod handle;
pub mod models {
    //! The models of `schema.sql`.
    include!(concat!(env!("OUT_DIR"), "/models.rs"));
}
pub mod routes;
