//! The bytes of a backup: values, rows, blocks, and the two JSON documents at its beginning and end.

use base::{Error, Micros, Result};
use serde::{Deserialize, Serialize};
use store::Param;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// What a backup begins with, before anything else.
pub(crate) const MAGIC: &[u8] = b"folkmoot-backup 1\n";
/// From this size on a block is written.
pub(crate) const BLOCK: usize = 256 << 10;
/// The longest block that is read; a single row may be this long.
pub(crate) const BLOCK_MAX: usize = 256 << 20;
/// Bytes in front of a block's body.
pub(crate) const HEAD: usize = 1 + 2 + 4 + 4 + 8;

/// What stands at the beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the program that made it.
    pub version: String,
    /// When the store was read.
    pub taken_at: Micros,
    /// The database it was read from, `sqlite` or `postgres`.
    pub database: String,
    /// Owner, number and checksum of each migration that had been applied.
    pub migrations: Vec<(String, i64, String)>,
    /// The tables in the order in which they come.
    pub tables: Vec<TableHead>,
    /// Tables that are not in it.
    pub left_out: Vec<String>,
}

/// A table in the header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableHead {
    /// Its name.
    pub name: String,
    /// Its columns: name and type.
    pub columns: Vec<(String, String)>,
    /// How many rows come.
    pub rows: u64,
    /// The last number that it gave to a row by itself.
    pub last_number: Option<i64>,
}

/// What stands at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Footer {
    pub tables: Vec<TableSum>,
}

/// How many rows a table has, and their checksum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSum {
    /// The table.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// 128 bits in hexadecimal: the sum over the hashes of its rows, so that their order does not matter.
    pub checksum: String,
}

/// Rows and checksum of a table while it is gone through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub rows: u64,
    hash: u128,
}

impl Sum {
    pub fn add(&mut self, row: &[u8]) {
        self.rows += 1;
        self.hash = self.hash.wrapping_add(xxh3_128(row));
    }

    pub fn named(&self, table: &str) -> TableSum {
        TableSum { name: table.to_owned(), rows: self.rows, checksum: format!("{:032x}", self.hash) }
    }
}

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Header,
    Rows,
    Footer,
}

impl Kind {
    pub fn byte(self) -> u8 {
        match self {
            Self::Header => b'H',
            Self::Rows => b'R',
            Self::Footer => b'F',
        }
    }

    pub fn of(byte: u8) -> Option<Self> {
        [Self::Header, Self::Rows, Self::Footer].into_iter().find(|k| k.byte() == byte)
    }
}

/// Some rows of one table, one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    /// Which table of the header.
    pub table: u16,
    pub rows: u32,
    pub body: Vec<u8>,
}

/// The bytes in front of a block.
pub(crate) fn head(kind: Kind, block: &Block) -> [u8; HEAD] {
    let mut out = [0; HEAD];
    out[0] = kind.byte();
    out[1..3].copy_from_slice(&block.table.to_le_bytes());
    out[3..7].copy_from_slice(&block.rows.to_le_bytes());
    out[7..11].copy_from_slice(&u32::try_from(block.body.len()).unwrap_or(u32::MAX).to_le_bytes());
    let hash = hash(&out[..11], &block.body);
    out[11..].copy_from_slice(&hash.to_le_bytes());
    out
}

/// The hash that a block's head ends with.
pub(crate) fn hash(front: &[u8], body: &[u8]) -> u64 {
    let mut hasher = Xxh3::new();
    hasher.update(front);
    hasher.update(body);
    hasher.digest()
}

/// Appends a value.
pub(crate) fn put(out: &mut Vec<u8>, value: &Param<'_>) {
    match *value {
        Param::Null => out.push(0),
        Param::Int(v) => {
            out.push(1);
            put_number(out, ((v << 1) ^ (v >> 63)).cast_unsigned());
        }
        Param::Real(v) => {
            out.push(2);
            out.extend_from_slice(&v.to_bits().to_le_bytes());
        }
        // PostgreSQL has no zero byte in text, and no source means one: it is in no backup either.
        Param::Text(v) if v.contains('\0') => put_bytes(out, 3, v.replace('\0', "").as_bytes()),
        Param::Text(v) => put_bytes(out, 3, v.as_bytes()),
        Param::Blob(v) => put_bytes(out, 4, v),
    }
}

fn put_bytes(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    out.push(kind);
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Takes the values of one row from the front of `rest`, and the row's bytes.
///
/// # Errors
/// `Invalid` when they are none.
pub(crate) fn take_row<'a>(
    rest: &mut &'a [u8],
    values: &mut Vec<Param<'a>>,
    columns: usize,
) -> Result<&'a [u8]> {
    let whole = *rest;
    values.clear();
    for _ in 0..columns {
        let value = take(rest).ok_or_else(|| Error::invalid("a row cannot be read"))?;
        values.push(value);
    }
    Ok(&whole[..whole.len() - rest.len()])
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<Param<'a>> {
    let (&kind, after) = rest.split_first()?;
    *rest = after;
    Some(match kind {
        0 => Param::Null,
        1 => {
            let n = take_number(rest)?;
            Param::Int((n >> 1).cast_signed() ^ -((n & 1).cast_signed()))
        }
        2 => {
            let (bits, after) = rest.split_first_chunk::<8>()?;
            *rest = after;
            Param::Real(f64::from_bits(u64::from_le_bytes(*bits)))
        }
        3 => Param::Text(std::str::from_utf8(take_bytes(rest)?).ok()?),
        4 => Param::Blob(take_bytes(rest)?),
        _ => return None,
    })
}

fn take_bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_number(rest)?).ok()?;
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(bytes)
}

fn take_number(rest: &mut &[u8]) -> Option<u64> {
    let mut n = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        n |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(n);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Value {
        Null,
        Int(i64),
        Real(f64),
        Text(String),
        Blob(Vec<u8>),
    }

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::Int),
            prop_oneof![Just(i64::MIN), Just(i64::MAX), -200i64..200].prop_map(Value::Int),
            any::<f64>().prop_map(Value::Real),
            "\\PC*".prop_map(Value::Text),
            proptest::collection::vec(any::<u8>(), 0..300).prop_map(Value::Blob),
        ]
    }

    fn param(value: &Value) -> Param<'_> {
        match value {
            Value::Null => Param::Null,
            Value::Int(v) => Param::Int(*v),
            Value::Real(v) => Param::Real(*v),
            Value::Text(v) => Param::Text(v),
            Value::Blob(v) => Param::Blob(v),
        }
    }

    proptest! {
        #[test]
        fn rows_come_back_as_they_were(rows in proptest::collection::vec(proptest::collection::vec(value(), 3), 0..20)) {
            let mut bytes = Vec::new();
            rows.iter().flatten().for_each(|v| put(&mut bytes, &param(v)));
            let mut rest = bytes.as_slice();
            let mut values = Vec::new();
            for row in &rows {
                let taken = take_row(&mut rest, &mut values, 3).expect("a row");
                let mut again = Vec::new();
                values.iter().for_each(|v| put(&mut again, v));
                prop_assert_eq!(taken, again.as_slice());
                for (have, want) in values.iter().zip(row) {
                    prop_assert_eq!(format!("{have:?}"), format!("{:?}", param(want)));
                }
            }
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn what_is_no_row_is_refused_and_does_not_break(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut rest = bytes.as_slice();
            let mut values = Vec::new();
            while !rest.is_empty() {
                if take_row(&mut rest, &mut values, 2).is_err() {
                    break;
                }
            }
        }
    }

    #[test]
    fn a_zero_byte_in_a_text_is_left_out() {
        let mut bytes = Vec::new();
        put(&mut bytes, &Param::Text("a\0b"));
        let mut values = Vec::new();
        take_row(&mut bytes.as_slice(), &mut values, 1).expect("a row");
        assert!(matches!(values[0], Param::Text("ab")));
    }

    #[test]
    fn a_sum_does_not_depend_on_the_order_but_on_every_row() {
        let of = |rows: &[&[u8]]| {
            let mut sum = Sum::default();
            rows.iter().for_each(|r| sum.add(r));
            sum.named("t")
        };
        assert_eq!(of(&[b"a", b"b", b"b"]), of(&[b"b", b"a", b"b"]));
        assert_ne!(of(&[b"a", b"b", b"b"]), of(&[b"a", b"a", b"b"]));
        assert_ne!(of(&[b"a"]), of(&[b"a", b""]));
    }
}
