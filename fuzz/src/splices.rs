//! Inputs that change bytes which are right, where parts may be of any length.

use super::bytes::Bytes;

/// Bytes that an input makes of some that are right, from a place on: with other bytes, with more and with fewer of them,
/// and with parts that are there twice.
pub fn spliced(right: &[u8], from: usize, input: &[u8]) -> Vec<u8> {
    let (mut bytes, mut input) = (right.to_vec(), Bytes(input));
    while splice(&mut bytes, from, &mut input).is_some() {}
    bytes
}

fn splice(bytes: &mut Vec<u8>, from: usize, input: &mut Bytes<'_>) -> Option<()> {
    let kind = input.byte()? % 8;
    let at = from + input.below(bytes.len().saturating_sub(from))?;
    let rest = bytes.len().saturating_sub(at);
    match kind {
        0 => bytes.insert(at.min(bytes.len()), input.byte()?),
        1 => drop(bytes.drain(at..at + usize::from(input.byte()?).min(rest))),
        // A part of it once more, where it was or further on.
        2 => {
            let len = usize::from(input.byte()?).min(rest);
            let part = bytes[at..at + len].to_vec();
            let to = from + input.below(bytes.len().saturating_sub(from))?;
            if bytes.len() < 1 << 16 {
                bytes.splice(to..to, part);
            }
        }
        3 => {
            let bit = input.byte()? % 8;
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << bit;
            }
        }
        4 => {
            let n = 1 << (input.byte()? % 4);
            bytes[at..].iter_mut().take(n).for_each(|byte| *byte = 0xff);
        }
        kind => {
            for n in 0..usize::from(kind) - 4 {
                let byte = input.byte()?;
                if let Some(place) = bytes.get_mut(at + n) {
                    *place = byte;
                }
            }
        }
    }
    Some(())
}
