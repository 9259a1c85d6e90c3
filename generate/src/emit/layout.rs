//! Lays out what is so simple that there is one way to do it, exactly as rustfmt does; the rest is left
//! to rustfmt, which takes most of the time of a large schema.

/// Widths of rustfmt's default style (`max_width`, `fn_call_width` and `chain_width`, `struct_lit_width`).
const WIDTH: usize = 100;
const WIDTH_OF_EXPRESSION: usize = 60;
const WIDTH_OF_LITERAL: usize = 18;

/// What of Rust always has its block on lines of its own.
const HEADS: &[&str] = &["pub fn ", "fn ", "impl ", "impl<", "pub struct ", "match "];

/// A block that is open.
struct Block {
    /// Whether rustfmt would put a short one on one line.
    is_literal: bool,
    n_lines: usize,
    /// What stands in it, on one line.
    width: usize,
}

/// One item, or one method at depth 1, as rustfmt leaves it; `None` if that is not certain.
pub(super) fn lay_out(text: &str, depth: usize) -> Option<String> {
    let mut laid = String::with_capacity(text.len() * 2);
    let mut blocks: Vec<Block> = Vec::new();
    for line in lines(text)? {
        if line.starts_with('}') {
            let block = blocks.pop()?;
            // On one line it ends without a comma and a blank.
            let is_short = block.is_literal && block.width <= WIDTH_OF_LITERAL + 2;
            if block.n_lines == 0 || is_short {
                return None;
            }
        }
        let indent = 4 * (depth + blocks.len());
        if !is_certain(line, indent) {
            return None;
        }
        if let Some(block) = blocks.last_mut() {
            block.n_lines += 1;
            block.width += line.len() + 1;
        }
        if line.ends_with('{') {
            blocks.push(Block {
                is_literal: !is_head(line),
                n_lines: 0,
                width: 0,
            });
        }
        laid.extend(std::iter::repeat_n(' ', indent));
        laid.push_str(line);
        laid.push('\n');
    }
    blocks.is_empty().then_some(laid)
}

/// The lines of code that is written more tightly: attributes before, blocks open and close in between.
fn lines(text: &str) -> Option<Vec<&str>> {
    let mut lines = Vec::new();
    for line in text.trim().lines() {
        let mut rest = line.trim();
        // Where empty lines may stay depends on what is around them.
        if rest.is_empty() {
            return None;
        }
        if rest.starts_with("//") {
            lines.push(rest);
            continue;
        }
        while rest.starts_with("#[") {
            let (attribute, after) = rest.split_at(rest.find(']')? + 1);
            lines.push(attribute);
            rest = after.trim_start();
        }
        while let Some((head, body)) = rest.split_once(" { ") {
            if !is_head(head) {
                return None;
            }
            lines.push(&rest[..head.len() + 2]);
            rest = body;
        }
        let mut n_closed = 0;
        while let Some(before) = rest.strip_suffix(" }") {
            rest = before;
            n_closed += 1;
        }
        if !rest.is_empty() {
            lines.push(rest);
        }
        lines.extend(std::iter::repeat_n("}", n_closed));
    }
    Some(lines)
}

/// Whether something has a block that is never put on one line.
fn is_head(line: &str) -> bool {
    HEADS.iter().any(|head| line.starts_with(head))
}

/// Whether rustfmt leaves a line as it is.
fn is_certain(line: &str, indent: usize) -> bool {
    if line.starts_with("//") {
        return true;
    }
    // Wide letters count twice, and what is in several lines depends on all of them.
    if !line.is_ascii() || line.ends_with(['(', '[', '=', '|', '&']) {
        return false;
    }
    let body = line.strip_suffix('{').unwrap_or(line);
    let body = body.strip_suffix("{}").unwrap_or(body);
    if body.contains('{') {
        return false;
    }
    let is_declared = is_head(line) || line.starts_with("pub ");
    let width = if is_declared {
        WIDTH
    } else {
        WIDTH_OF_EXPRESSION
    };
    // Text can hold what looks like code.
    let is_plain = line.starts_with("#[") || !line.contains('"');
    is_plain && line.len() <= width && indent + line.len() <= WIDTH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_simple_is_laid_out() {
        let setter = "/// Sets it.\n#[inline] pub fn set_it(&mut self, it: i64) { self.0.put(PlayerField::It(it)); }";
        let laid = "    /// Sets it.\n    #[inline]\n    pub fn set_it(&mut self, it: i64) {\n        \
                    self.0.put(PlayerField::It(it));\n    }\n";
        assert_eq!(lay_out(setter, 1).as_deref(), Some(laid));
        let nested = "fn a(b: u8) -> u8 { match b {\n0 => 1,\n_ => 0, } }";
        let laid =
            "fn a(b: u8) -> u8 {\n    match b {\n        0 => 1,\n        _ => 0,\n    }\n}\n";
        assert_eq!(lay_out(nested, 0).as_deref(), Some(laid));
    }

    #[test]
    fn what_is_not_certain_is_left_alone() {
        let long = "x".repeat(61);
        for text in [
            format!("fn a() {{ {long}() }}"),
            format!("fn a{long}{long}() {{ b() }}"),
            "fn a() -> Self { Self { b } }".to_owned(),
            "fn a() -> Self {\nSelf {\nb: 0,\n}\n}".to_owned(),
            "pub struct A {\n}".to_owned(),
            "fn a() {\nb(\nc,\n)\n}".to_owned(),
            "fn a() { b(\"}\") }".to_owned(),
            "fn a() {\nb()".to_owned(),
            "fn ä() { b() }".to_owned(),
        ] {
            assert_eq!(lay_out(&text, 0), None, "{text}");
        }
    }
}
