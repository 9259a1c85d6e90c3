const _: () = gamedb::codegen::assert_generated_for(0, 0);

fn main() {}
