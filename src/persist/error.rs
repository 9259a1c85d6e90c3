//! x
/// x
#[derive(Debug, thiserror::Error)]
pub enum FileError {}
