//! What the type system refuses: rows S4, S7, E1 and E9 of the behaviour.

#[test]
fn s4_e1_e9_the_compiler_refuses() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
