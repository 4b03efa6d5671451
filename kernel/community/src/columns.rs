//! Many rows in one statement, for PostgreSQL: a round trip costs it more than the row does. A column travels as one
//! text with commas, which the statement takes apart (`string_to_array`, `unnest`).

use std::fmt::{Display, Write as _};

/// What stands for NULL.
pub(crate) const NULL: &str = "N";

/// A column of numbers.
pub(crate) fn numbers<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    let mut out = String::new();
    for value in values {
        separate(&mut out);
        // Writing to a String does not fail.
        let _ = write!(out, "{value}");
    }
    out
}

/// A column of bytes, as PostgreSQL reads them from text.
pub(crate) fn bytes<'b>(values: impl IntoIterator<Item = Option<&'b [u8]>>) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::new();
    for value in values {
        separate(&mut out);
        let Some(value) = value else {
            out.push_str(NULL);
            continue;
        };
        out.push_str("\\x");
        for byte in value {
            out.push(DIGITS[usize::from(byte >> 4)] as char);
            out.push(DIGITS[usize::from(byte & 15)] as char);
        }
    }
    out
}

fn separate(out: &mut String) {
    if !out.is_empty() {
        out.push(',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_texts() {
        assert_eq!(numbers([1, -2]), "1,-2");
        assert_eq!(numbers(Vec::<i64>::new()), "");
        assert_eq!(bytes([Some(&b"\x00\xfe"[..]), None, Some(&b""[..])]), "\\x00fe,N,\\x");
    }
}
