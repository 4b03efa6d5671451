//! One roll-up cell: who acted, and how often.
//!
//! `people` is a Roaring bitmap of identity numbers in the portable format
//! (<https://github.com/RoaringBitmap/RoaringFormatSpec>); `counts` has one entry for each of them in
//! ascending order: a byte up to 254, or 255 and the count in four bytes, little end first. Identity 0
//! stands for rows that nobody can be named for.

use base::{Error, Result};
use roaring::RoaringBitmap;

const ESCAPE: u8 = 255;

/// (identity, count), identities ascending and unique.
pub(crate) type Pairs = Vec<(u32, u32)>;

/// Reads a cell, appending to `out`.
///
/// # Errors
/// `Internal` when the bytes are damaged.
pub(crate) fn decode_into(people: &[u8], counts: &[u8], out: &mut Pairs) -> Result<()> {
    let bitmap = RoaringBitmap::deserialize_unchecked_from(people).map_err(|_| damaged())?;
    out.reserve(bitmap.len() as usize);
    let mut at = 0;
    for identity in &bitmap {
        let byte = *counts.get(at).ok_or_else(damaged)?;
        at += 1;
        let count = if byte == ESCAPE {
            let bytes = counts.get(at..at + 4).ok_or_else(damaged)?;
            at += 4;
            u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
        } else {
            u32::from(byte)
        };
        out.push((identity, count));
    }
    Ok(())
}

/// Reads a cell.
pub(crate) fn decode(people: &[u8], counts: &[u8]) -> Result<Pairs> {
    let mut out = Pairs::new();
    decode_into(people, counts, &mut out)?;
    Ok(out)
}

/// Writes a cell: (people, counts).
pub(crate) fn encode(pairs: &[(u32, u32)]) -> (Vec<u8>, Vec<u8>) {
    let bitmap =
        RoaringBitmap::from_sorted_iter(pairs.iter().map(|p| p.0)).expect("pairs are ascending and unique");
    let mut people = Vec::with_capacity(bitmap.serialized_size());
    bitmap.serialize_into(&mut people).expect("writing to memory does not fail");
    let mut counts = Vec::with_capacity(pairs.len() + 8);
    for &(_, count) in pairs {
        match u8::try_from(count) {
            Ok(byte) if byte != ESCAPE => counts.push(byte),
            _ => {
                counts.push(ESCAPE);
                counts.extend_from_slice(&count.to_le_bytes());
            }
        }
    }
    (people, counts)
}

/// Adds signed changes (ascending by identity, several for one allowed) to a cell; what falls to zero goes.
///
/// # Errors
/// `Internal` when a count would fall below zero: the cells no longer agree with the log.
pub(crate) fn merge(old: &[(u32, u32)], changes: &[(u32, i64)]) -> Result<Pairs> {
    let mut out = Pairs::with_capacity(old.len() + changes.len());
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < changes.len() {
        let id = match (old.get(i), changes.get(j)) {
            (Some(o), Some(c)) => o.0.min(c.0),
            (Some(o), None) => o.0,
            (None, Some(c)) => c.0,
            (None, None) => break,
        };
        let mut n = 0i64;
        if old.get(i).is_some_and(|o| o.0 == id) {
            n += i64::from(old[i].1);
            i += 1;
        }
        while changes.get(j).is_some_and(|c| c.0 == id) {
            n += changes[j].1;
            j += 1;
        }
        if n < 0 {
            return Err(Error::internal(
                "a roll-up cell holds less than is taken out of it; run `folkmoot check` and report this",
            ));
        }
        if n > 0 {
            out.push((id, u32::try_from(n).unwrap_or(u32::MAX)));
        }
    }
    Ok(out)
}

/// A set of identities as bytes.
pub(crate) fn decode_set(people: &[u8]) -> Result<RoaringBitmap> {
    RoaringBitmap::deserialize_unchecked_from(people).map_err(|_| damaged())
}

fn damaged() -> Error {
    Error::internal("a roll-up cell is damaged; run `folkmoot check`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn what_goes_in_comes_out(map in proptest::collection::btree_map(0u32..200_000, 1u32..100_000, 0..300)) {
            let pairs: Pairs = map.into_iter().collect();
            let (people, counts) = encode(&pairs);
            prop_assert_eq!(decode(&people, &counts).expect("it decodes"), pairs);
        }

        #[test]
        fn merging_is_adding(
            old in proptest::collection::btree_map(0u32..50, 1u32..1000, 0..40),
            mut add in proptest::collection::vec((0u32..50, 1i64..500), 0..60),
        ) {
            add.sort_unstable();
            let mut expect: BTreeMap<u32, u32> = old.clone();
            for &(id, n) in &add {
                *expect.entry(id).or_default() += n as u32;
            }
            let old: Pairs = old.into_iter().collect();
            let sum = merge(&old, &add).expect("only adding");
            prop_assert_eq!(&sum, &expect.into_iter().collect::<Pairs>());
            let back: Vec<(u32, i64)> = add.iter().map(|&(id, n)| (id, -n)).collect();
            prop_assert_eq!(merge(&sum, &back).expect("taking back what was added"), old);
        }
    }

    #[test]
    fn less_than_nothing_is_an_error() {
        assert!(merge(&[(1, 1)], &[(1, -2)]).is_err());
        assert!(merge(&[], &[(1, -1)]).is_err());
    }
}
