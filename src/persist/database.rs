//! x
/// x
#[derive(Debug)]
pub struct Database;
