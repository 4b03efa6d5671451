//! Public keys of passkeys: COSE_Key (RFC 9052, 7, and RFC 9053), of the three kinds that authenticators make.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

/// A public key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key {
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl Key {
    /// Reads a key, and how many bytes it took; nothing for what is none, or of another kind.
    pub fn read(bytes: &[u8]) -> Option<(Self, i64, usize)> {
        let mut reader = Reader { bytes, at: 0 };
        let pairs = match reader.head()? {
            (5, pairs) if pairs <= 16 => pairs,
            _ => return None,
        };
        let (mut ints, mut texts) = (Vec::new(), Vec::new());
        for _ in 0..pairs {
            let label = reader.int()?;
            match reader.value()? {
                Value::Int(int) => ints.push((label, int)),
                Value::Bytes(bytes) => texts.push((label, bytes)),
            }
        }
        let int = |label: i64| ints.iter().find(|p| p.0 == label).map(|p| p.1);
        let text = |label: i64| texts.iter().find(|p| p.0 == label).map(|p| p.1.clone());
        let key = match (int(1)?, int(3)?, int(-1)) {
            (2, -7, Some(1)) => {
                let (x, y) = (text(-2)?, text(-3)?);
                (x.len() == 32 && y.len() == 32).then(|| Self::P256([&[4][..], &x, &y].concat()))?
            }
            (1, -8, Some(6)) => Self::Ed25519(text(-2).filter(|x| x.len() == 32)?),
            (3, -257, None) => Self::Rsa { n: text(-1)?, e: text(-2)? },
            _ => return None,
        };
        Some((key, int(3)?, reader.at))
    }

    /// Whether it signed the text.
    pub fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(text, signature).is_ok()
            }
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(text, signature).is_ok(),
            Self::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, text, signature).is_ok()
            }
        }
    }
}

enum Value {
    Int(i64),
    Bytes(Vec<u8>),
}

/// As much of CBOR (RFC 8949) as a key needs: integers, byte strings, a map; all of definite length.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    /// The kind of what follows, and its number.
    fn head(&mut self) -> Option<(u8, u64)> {
        let first = self.take(1)?[0];
        let number = match first & 31 {
            small @ 0..=23 => u64::from(small),
            wide @ 24..=27 => {
                let bytes = self.take(1 << (wide - 24))?;
                bytes.iter().fold(0, |sum, b| sum << 8 | u64::from(*b))
            }
            _ => return None,
        };
        Some((first >> 5, number))
    }

    fn int(&mut self) -> Option<i64> {
        match self.value()? {
            Value::Int(int) => Some(int),
            Value::Bytes(_) => None,
        }
    }

    fn value(&mut self) -> Option<Value> {
        let (kind, number) = self.head()?;
        match kind {
            0 => i64::try_from(number).ok().map(Value::Int),
            1 => i64::try_from(number).ok().map(|n| Value::Int(-1 - n)),
            2 => {
                let count = usize::try_from(number).ok()?;
                Some(Value::Bytes(self.take(count)?.to_vec()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key as an authenticator writes it: {1: 2, 3: -7, -1: 1, -2: x, -3: y}.
    fn p256() -> Vec<u8> {
        [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20][..], &[7; 32], &[0x22, 0x58, 0x20], &[9; 32]]
            .concat()
    }

    #[test]
    fn keys_are_read_and_what_is_none_is_not() {
        let mut bytes = p256();
        let whole = bytes.len();
        bytes.extend([0xa0, 1]);
        let (key, algorithm, took) = Key::read(&bytes).expect("a key");
        assert_eq!((algorithm, took), (-7, whole), "what follows is left");
        assert_eq!(key, Key::P256([&[4][..], &[7; 32], &[9; 32]].concat()));
        let ed = [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 0x20][..], &[5; 32]].concat();
        assert_eq!(Key::read(&ed).map(|k| (k.0, k.1)), Some((Key::Ed25519(vec![5; 32]), -8)));
        let rsa = [&[0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x42, 8, 9, 0x21, 0x43, 1, 0, 1][..]].concat();
        let (key, algorithm, _) = Key::read(&rsa).expect("a key");
        assert_eq!((key, algorithm), (Key::Rsa { n: vec![8, 9], e: vec![1, 0, 1] }, -257));
        for length in 0..whole {
            assert!(Key::read(&p256()[..length]).is_none(), "cut off at {length}");
        }
        let mut other = p256();
        other[6] = 2;
        assert!(Key::read(&other).is_none(), "another curve");
        // Lengths that would reach beyond the memory.
        assert!(Key::read(&[0xa1, 1, 0x5b, 255, 255, 255, 255, 255, 255, 255, 255]).is_none());
        assert!(Key::read(&[0xbf, 1, 2, 0xff]).is_none(), "of no definite length");
    }
}
