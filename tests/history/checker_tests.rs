//! The checker, asked about histories that were made by hand.
