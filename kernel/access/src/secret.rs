//! Secrets: random tokens of which only the hash is kept, and passwords.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use base::{Error, Result};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The fewest characters a password may have. NIST SP 800-63B asks for eight at least; beside it stands how hard a password
/// is to guess, which says more than its length.
pub const PASSWORD_MIN: usize = 10;

/// The most characters a password may have, so that hashing one cannot be made expensive. NIST SP 800-63B asks for 64 at
/// least.
pub const PASSWORD_MAX: usize = 256;

/// 256 random bits of the operating system as 64 hexadecimal digits.
pub(crate) fn random_token() -> String {
    let mut bytes = [0u8; 32];
    // Without randomness no secret is one; there is nothing sensible to do next.
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    hex(&bytes)
}

/// What is stored of a token: SHA-256 in hexadecimal. A token is random, so it needs no salt and no slow hash.
pub(crate) fn token_hash(token: &str) -> String {
    sha256_hex(token)
}

/// SHA-256 of a text in hexadecimal.
pub(crate) fn sha256_hex(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// The form token that belongs to a cookie's value; cannot be turned back into it.
pub(crate) fn form_token(cookie: &str) -> String {
    token_hash(&format!("form:{cookie}"))
}

/// The argon2id hash of a password, as a PHC string. Takes tens of milliseconds by design: call it from a
/// thread that may block.
///
/// # Errors
/// As [`check_password`].
pub(crate) fn hash_password(password: &str, about: &[&str]) -> Result<String> {
    check_password(password, about)?;
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|e| Error::internal(format!("the password could not be hashed ({e})")))?;
    Ok(hash.to_string())
}

/// Whether a password may be chosen: long enough, and hard enough to guess for somebody who knows usual passwords and what
/// is said `about` its owner. No rule about which characters it must have (NIST SP 800-63B, 3.1.1.2). Takes some
/// milliseconds.
///
/// # Errors
/// `Invalid`, with what would make it better.
pub(crate) fn check_password(password: &str, about: &[&str]) -> Result<()> {
    let length = password.chars().count();
    if length < PASSWORD_MIN {
        return Err(Error::invalid(format!(
            "the password has {length} characters; choose one with at least {PASSWORD_MIN}"
        )));
    }
    if length > PASSWORD_MAX {
        return Err(Error::invalid(format!(
            "the password has {length} characters; choose one with at most {PASSWORD_MAX}"
        )));
    }
    // What somebody can be found by, whole and in pieces: "ana.dev@example.org" makes "dev" a guess, too.
    let mut known: Vec<&str> =
        about.iter().flat_map(|a| a.split([' ', '@', '.'])).filter(|w| w.len() > 2).collect();
    known.extend(about.iter().copied().filter(|a| !a.is_empty()));
    known.extend(about.iter().filter_map(|a| a.split_once('@')).map(|(local, _)| local));
    known.push(base::NAME);
    let judged = zxcvbn::zxcvbn(password, &known);
    if judged.score() >= zxcvbn::Score::Three {
        return Ok(());
    }
    let feedback = judged.feedback();
    let why = feedback.and_then(|f| f.warning()).map(|w| format!(" {w}")).unwrap_or_default();
    let better = feedback.map(|f| f.suggestions().iter().map(|s| format!(" {s}")).collect::<String>());
    let better = better.filter(|b| !b.is_empty()).unwrap_or_else(|| " Use a few uncommon words.".into());
    Err(Error::invalid(format!("This password is easy to guess.{why}{better}")))
}

/// Whether the password is the one behind the hash. Without a hash the same work is done on a made-up one, so
/// that the time taken does not tell which addresses have an account.
pub(crate) fn verify_password(password: &str, hash: Option<&str>) -> bool {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm8$K6cMTwBUnZkAS8VHGyNf6RK0TrjvELbYxeQKd6kOaPE";
    if password.chars().count() > PASSWORD_MAX {
        return false;
    }
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    let matches = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    matches && hash.is_some()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{b:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_argon2id_and_checked() {
        let hash = hash_password("correct horse battery", &[]).expect("long enough");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify_password("correct horse battery", Some(&hash)));
        assert!(!verify_password("correct horse", Some(&hash)));
        assert!(!verify_password("anything", None));
        assert!(hash_password("short", &[]).is_err());
        assert!(hash_password(&"x".repeat(300), &[]).is_err());
    }

    #[test]
    fn what_is_easily_guessed_is_refused_in_words() {
        for easy in
            ["1234567890", "password123", "qwertyuiop", "aaaaaaaaaaaa", "P@ssw0rd2024", "ana.meadows1990"]
        {
            let said = check_password(easy, &["ana.meadows@example.org", "Ana Meadows"]).expect_err(easy);
            assert!(said.message.starts_with("This password is easy to guess. "), "{easy}: {said}");
            assert!(!said.message.contains(easy), "never the password itself");
        }
        // No rule about kinds of characters.
        for good in ["correct horse battery", "wooden kelp lantern", "Xq7-vvTz-9pLm"] {
            check_password(good, &["ana@example.org"]).expect(good);
        }
    }

    #[test]
    fn tokens_are_long_and_only_their_hash_is_kept() {
        let token = random_token();
        assert_eq!(token.len(), 64);
        assert_ne!(token, random_token());
        assert_ne!(token_hash(&token), token);
    }
}
