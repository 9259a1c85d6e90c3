//! The rows of a pivot come with the rows whose owner they say.

use gamedb::Interest;
use gamedb_models::{AttributeOwner, Tables};

fn main() {
    let _: Interest<Tables> = Interest::new().table::<AttributeOwner>();
}
