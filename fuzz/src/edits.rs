//! Inputs that change a file which is right. Bytes at random are no SQLite file, so nothing behind the first check
//! would be reached.

use super::bytes::Bytes;

/// The first bytes of an SQLite file. An input that begins so is a file as it is.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// A file that an input makes of one that is right: with other bytes, with pages that are copied, exchanged or
/// blank, or cut off. `page` is the size of a page.
pub fn edited(right: &[u8], page: usize, input: &[u8]) -> Vec<u8> {
    if input.starts_with(MAGIC) {
        return input.to_vec();
    }
    let (mut file, mut input) = (right.to_vec(), Bytes(input));
    while edit(&mut file, page, &mut input).is_some() {}
    file
}

fn edit(file: &mut Vec<u8>, page: usize, input: &mut Bytes<'_>) -> Option<()> {
    let kind = input.byte()? % 16;
    let n_pages = file.len() / page;
    match kind {
        // A page in the place of another.
        0 => {
            let (from, to) = (input.below(n_pages)?, input.below(n_pages)?);
            file.copy_within(from * page..(from + 1) * page, to * page);
        }
        1 => {
            let at = input.below(n_pages)? * page;
            file[at..at + page].fill(0);
        }
        2 => {
            let len = input.below(file.len())?;
            file.truncate(len.max(page));
        }
        3 => {
            let (one, other) = (input.below(n_pages)?, input.below(n_pages)?);
            for n in 0..page {
                file.swap(one * page + n, other * page + n);
            }
        }
        // A bit.
        4..=6 => {
            let (at, bit) = (input.below(file.len())?, input.byte()? % 8);
            file[at] ^= 1 << bit;
        }
        // Bytes of the beginning of a page, which say what is where in it.
        7..=10 => {
            let at = input.below(n_pages)? * page + usize::from(input.byte()? % 32);
            file[at] = input.byte()?;
        }
        // Other bytes.
        kind => {
            let at = input.below(file.len())?;
            for n in 0..usize::from(kind - 10) {
                let byte = input.byte()?;
                if let Some(place) = file.get_mut(at + n) {
                    *place = byte;
                }
            }
        }
    }
    Some(())
}
