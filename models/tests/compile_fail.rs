//! What the type system refuses.

#[test]
fn the_compiler_refuses() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
