//! gamedb
