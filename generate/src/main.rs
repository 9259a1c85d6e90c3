//! cmd
fn main(){}
