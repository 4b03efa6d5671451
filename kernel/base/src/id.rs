//! Ids that people see, and the hash that the log's key is made of.

use std::fmt;
use xxhash_rust::xxh3::xxh3_64;

/// A stable 64-bit hash of an external id, as a signed number so that both databases hold it in a BIGINT.
pub fn hash64(text: &str) -> i64 {
    xxh3_64(text.as_bytes()) as i64
}

/// A TypeID (<https://github.com/jetify-com/typeid>): a prefix that says what it is, and a UUIDv7 in
/// Crockford base 32. Inside the database a noun has a BIGINT key; this is what people and programs see.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TypeId(String);

impl TypeId {
    /// A new id with this prefix, made of a time in microseconds and randomness of the operating system.
    pub fn new(prefix: &str, at: crate::Micros) -> Self {
        let mut random = [0u8; 10];
        // Without randomness no id can be unique; there is nothing sensible to do next.
        getrandom::fill(&mut random).expect("the operating system gives random bytes");
        Self::from_parts(prefix, at, random)
    }

    /// The id made of exactly these parts; for seeds and tests.
    pub fn from_parts(prefix: &str, at: crate::Micros, random: [u8; 10]) -> Self {
        let mut bytes = [0u8; 16];
        let millis = (at / 1000).max(0) as u64;
        bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        bytes[6..].copy_from_slice(&random);
        bytes[6] = 0x70 | (bytes[6] & 0x0f);
        bytes[8] = 0x80 | (bytes[8] & 0x3f);
        Self(format!("{prefix}_{}", base32(u128::from_be_bytes(bytes))))
    }

    /// The text of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TypeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn base32(mut n: u128) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut out = [0u8; 26];
    for place in out.iter_mut().rev() {
        *place = ALPHABET[(n & 31) as usize];
        n >>= 5;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_carry_their_noun() {
        let a = TypeId::from_parts("imp", 1_000_000, [1; 10]);
        let b = TypeId::from_parts("imp", 2_000_000, [0; 10]);
        assert!(a.as_str().starts_with("imp_0"));
        assert_eq!(a.as_str().len(), 4 + 26);
        assert!(a.as_str() < b.as_str());
        assert_eq!(hash64("1730825.1234"), hash64("1730825.1234"));
    }
}
