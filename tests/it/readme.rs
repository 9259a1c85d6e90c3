//! The README covers all of the ownership API. Its doctests check that the examples work.

#[test]
fn the_readme_shows_both_pivots_their_owners_and_their_methods() {
    let readme = include_str!("../../README.md");
    for word in [
        "AttributeOwner",
        "InventoryOwner",
        "is_player()",
        "is_mobile()",
        "is_item()",
        "is_asset()",
        ".attributes()",
        ".attribute_owners()",
        ".add_attribute(",
        ".remove_attribute(",
        ".set_attributes(",
        ".give_attribute(",
        ".add_inventory(",
        "get_attributes()",
    ] {
        assert!(readme.contains(word), "{word}");
    }
}
