//! Values in addresses (RFC 3986): what is not unreserved is written as `%XX` of its UTF-8 bytes.

/// A text as a value in an address.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Pairs as the query of an address, with `?` in front; empty without any.
pub fn query<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        out.push(if out.is_empty() { '?' } else { '&' });
        out.push_str(&encoded(name.as_ref()));
        out.push('=');
        out.push_str(&encoded(value.as_ref()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_an_address_is_written_out() {
        assert_eq!(encoded("a b&ä~1"), "a%20b%26%C3%A4~1");
        assert_eq!(query(&[("source", "Forum & list"), ("days", "7")]), "?source=Forum%20%26%20list&days=7");
        assert_eq!(query::<&str, &str>(&[]), "");
    }
}
