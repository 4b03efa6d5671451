//! Parts: what a batch adds to unions and first days, as one run of bytes.
//!
//! For each (source scope, kind, day), ascending: scope, 0 for a union or 1 for first days, day, number of
//! people, then for each the step from the person before and the count; all as LEB128 varints, the day in
//! zigzag form.

use super::{ACTIVE, FIRST, Groups};
use base::{Error, Result};

/// One (scope, kind, day) of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub scope: i64,
    pub kind: i64,
    pub day: i32,
    /// (identity, count), ascending.
    pub people: Vec<(u32, u32)>,
}

/// Writes groups; counts are positive.
pub(crate) fn encode(groups: impl Iterator<Item = ((i64, i64, i32), Vec<(u32, i64)>)>) -> Vec<u8> {
    let mut out = Vec::new();
    for ((scope, kind, day), mut people) in groups {
        people.sort_unstable();
        people.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.1 += later.1;
            }
            same
        });
        put(&mut out, scope as u64);
        put(&mut out, u64::from(kind == FIRST));
        put(&mut out, u64::from((day.wrapping_shl(1) ^ (day >> 31)) as u32));
        put(&mut out, people.len() as u64);
        let mut before = 0;
        for (identity, n) in people {
            put(&mut out, u64::from(identity - before));
            put(&mut out, n.max(0) as u64);
            before = identity;
        }
    }
    out
}

/// Reads groups.
///
/// # Errors
/// `Internal` when the bytes are damaged.
pub(crate) fn decode(mut bytes: &[u8]) -> Result<Vec<Group>> {
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let scope = take(&mut bytes)? as i64;
        let kind = if take(&mut bytes)? == 1 { FIRST } else { ACTIVE };
        let day = take(&mut bytes)? as u32;
        let len = take(&mut bytes)?;
        let mut people = Vec::new();
        let mut identity = 0u32;
        for _ in 0..len {
            identity = identity.wrapping_add(take(&mut bytes)? as u32);
            people.push((identity, take(&mut bytes)? as u32));
        }
        out.push(Group { scope, kind, day: (day >> 1) as i32 ^ -((day & 1) as i32), people });
    }
    Ok(out)
}

/// Adds a group to a map of changes.
pub(crate) fn merge_into(groups: &mut Groups, group: Group) {
    let entry = groups.entry((group.scope, group.kind, group.day)).or_default();
    entry.extend(group.people.iter().map(|p| (p.0, i64::from(p.1))));
}

fn put(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn take(bytes: &mut &[u8]) -> Result<u64> {
    let mut n = 0u64;
    for shift in (0..64).step_by(7) {
        let Some((first, rest)) = bytes.split_first() else { break };
        *bytes = rest;
        n |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Ok(n);
        }
    }
    Err(Error::internal("a part of a roll-up is damaged; run `folkmoot check`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_goes_in_comes_out(
            map in proptest::collection::btree_map(
                (1i64..500, prop_oneof![Just(ACTIVE), Just(FIRST)], -40_000i32..40_000),
                proptest::collection::btree_map(1u32..3_000_000, 1i64..100_000, 1..20),
                0..30,
            )
        ) {
            let groups: Vec<_> = map.into_iter().map(|(k, p)| (k, p.into_iter().collect::<Vec<_>>())).collect();
            let back = decode(&encode(groups.clone().into_iter())).expect("it decodes");
            let expect: Vec<Group> = groups
                .into_iter()
                .map(|((scope, kind, day), p)| Group {
                    scope, kind, day, people: p.into_iter().map(|(i, n)| (i, n as u32)).collect(),
                })
                .collect();
            prop_assert_eq!(back, expect);
        }
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        assert!(decode(&[0x80]).is_err());
        assert!(decode(&[3, 0, 2, 200, 1]).is_err());
    }
}
