//! Codes of an authenticator app: TOTP (RFC 6238) over HMAC-SHA-1, six digits, thirty seconds. SHA-1 is what every app
//! takes; HMAC with it is not broken.

use base::Micros;
use ring::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};

/// How long a code holds, in seconds.
const STEP: i64 = 30;
/// How many steps a phone's clock may be off to either side.
const OFF: i64 = 1;
/// Bytes of a secret (RFC 4226, 4: as many as SHA-1 gives).
pub(crate) const SECRET: usize = 20;

/// The step of an instant.
fn step(now: Micros) -> i64 {
    now / 1_000_000 / STEP
}

/// The code of a step (RFC 4226, 5.3).
fn code(secret: &[u8], step: i64) -> u32 {
    let tag = sign(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret), &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[tag.len() - 1] & 0xf);
    let four = [tag[at] & 0x7f, tag[at + 1], tag[at + 2], tag[at + 3]];
    u32::from_be_bytes(four) % 1_000_000
}

/// The step that a code is of, if it holds now and is newer than the last one that was used (RFC 6238, 5.2).
pub(crate) fn check(secret: &[u8], typed: &str, used: i64, now: Micros) -> Option<i64> {
    let present = step(now);
    (present - OFF..=present + OFF)
        .filter(|s| *s > used)
        .find(|s| base::same_secret(&format!("{:06}", code(secret, *s)), typed))
}

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Base32 (RFC 4648, 6) without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    let (mut held, mut bits) = (0u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(LETTERS[(held >> bits & 31) as usize]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(char::from(LETTERS[(held << (5 - bits) & 31) as usize]));
    }
    out
}

/// The bytes behind Base32; nothing for another text.
pub(crate) fn unbase32(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut held, mut bits) = (0u32, 0);
    for letter in text.bytes() {
        let value = LETTERS.iter().position(|l| *l == letter)?;
        held = held << 5 | value as u32;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits & 0xff) as u8);
            held &= (1 << bits) - 1;
        }
    }
    Some(out)
}

/// What an app reads out of a picture or a link.
pub(crate) fn address(secret: &str, email: &str) -> String {
    let name = base::NAME;
    format!(
        "otpauth://totp/{name}:{}?secret={secret}&issuer={name}&algorithm=SHA1&digits=6&period={STEP}",
        crate::guard::escape(email)
    )
}

/// The code that an app shows now; for tests of whoever signs in.
pub(crate) fn present(secret: &str, now: Micros) -> Option<String> {
    Some(format!("{:06}", code(&unbase32(secret)?, step(now))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six of eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, expect) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(format!("{:06}", code(secret, seconds / STEP)), expect, "{seconds}");
            assert_eq!(check(secret, expect, 0, seconds * 1_000_000), Some(seconds / STEP));
        }
    }

    #[test]
    fn a_code_holds_a_step_to_either_side_and_once() {
        let secret = b"12345678901234567890";
        let at = |step: i64| step * STEP * 1_000_000;
        let typed = format!("{:06}", code(secret, 100));
        for (now, used, expect) in [
            (at(100), 0, Some(100)),
            (at(99), 0, Some(100)),
            (at(101), 99, Some(100)),
            (at(98), 0, None),
            (at(102), 0, None),
            (at(100), 100, None),
            (at(101), 101, None),
        ] {
            assert_eq!(check(secret, &typed, used, now), expect);
        }
        for wrong in ["", "12345", "abcdef", &format!(" {typed}")] {
            assert_eq!(check(secret, wrong, 0, at(100)), None, "{wrong}");
        }
    }

    #[test]
    fn base32_is_that_of_the_standard() {
        for (plain, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(plain.as_bytes()), text);
            assert_eq!(unbase32(text), Some(plain.as_bytes().to_vec()));
        }
        assert_eq!(unbase32("mzxq"), None);
    }
}
