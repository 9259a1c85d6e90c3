//! Saving rows, and not the whole world.

mod one_row;
mod txn_groups;
