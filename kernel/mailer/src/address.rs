//! Addresses and names as they stand in a mail: one line each, so that no name adds a header, and domains in the form
//! that every server takes.

use base::{Error, Result};
use std::fmt;
use std::str::FromStr as _;

/// The longest name that is shown beside an address, in characters.
const NAME_MAX: usize = 80;

/// An e-mail address (RFC 5321), its domain in ASCII (RFC 5891).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(lettre::Address);

impl Address {
    /// Reads one.
    ///
    /// # Errors
    /// `Invalid` for something that is no address.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let wrong = || {
            Error::invalid(format!(
                "\"{}\" is not an e-mail address; write it as ana@example.org",
                one_line(text, 254)
            ))
        };
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) || text.len() > 254 {
            return Err(wrong());
        }
        let (local, domain) = text.rsplit_once('@').ok_or_else(wrong)?;
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| wrong())?;
        lettre::Address::from_str(&format!("{local}@{domain}")).map(Self).map_err(|_| wrong())
    }

    /// The part behind the `@`, in ASCII.
    pub fn domain(&self) -> &str {
        self.0.domain()
    }

    pub(crate) fn mailbox(&self, name: &str) -> lettre::message::Mailbox {
        let name = one_line(name, NAME_MAX);
        lettre::message::Mailbox::new(Some(name).filter(|n| !n.is_empty()), self.0.clone())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whom a mail goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The account, where it is one.
    pub account: Option<i64>,
    /// The name people read; may be empty.
    pub name: String,
    /// The address.
    pub email: String,
}

/// A text in one line: control characters, line ends and marks that turn the direction of writing become blanks, and
/// it is cut at so many characters.
pub(crate) fn one_line(text: &str, at_most: usize) -> String {
    let plain: String = text.chars().map(|c| if breaks_a_line(c) { ' ' } else { c }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").chars().take(at_most).collect()
}

fn breaks_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_domains_become_ascii() {
        let check = |text: &str, expect: Option<&str>| {
            let got = Address::parse(text).map(|a| a.to_string()).ok();
            assert_eq!(got.as_deref(), expect, "{text:?}");
        };
        check(" ana@example.org ", Some("ana@example.org"));
        check("ana@bücher.example", Some("ana@xn--bcher-kva.example"));
        check("用户@例え.jp", Some("用户@xn--r8jz45g.jp"));
        check("o'neil+desk@example.org", Some("o'neil+desk@example.org"));
        for wrong in [
            "",
            "ana",
            "@example.org",
            "ana@",
            "ana@example.org\r\nBcc: eve@example.org",
            "ana@exam ple.org",
            "ana\0@example.org",
            "ana@example.org, eve@example.org",
            "<ana@example.org>",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(one_line("Ana\r\nBcc: eve@x.org", 80), "Ana Bcc: eve@x.org");
        assert_eq!(one_line(" a\u{202e}b\u{2028}\u{7f}c ", 80), "a b c");
        assert_eq!(one_line("abcdef", 3), "abc");
    }
}
