//! Signatures of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, keyed with what follows `whsec_`.

use base::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::hmac;

const PREFIX: &str = "whsec_";

/// A new secret: 32 random bytes.
pub(crate) fn new_secret() -> String {
    format!("{PREFIX}{}", BASE64.encode(base::random::<32>()))
}

/// The header `webhook-signature` under several secrets, in their order.
///
/// # Errors
/// `Invalid` for a text that is no secret.
pub fn signature<'a>(
    secrets: impl IntoIterator<Item = &'a str>,
    message: &str,
    at_seconds: i64,
    body: &[u8],
) -> Result<String> {
    let mut all = Vec::new();
    for secret in secrets {
        let key = secret.strip_prefix(PREFIX).and_then(|text| BASE64.decode(text).ok());
        let key =
            key.ok_or_else(|| Error::invalid("a secret of an endpoint begins with whsec_ and is Base64"))?;
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &key));
        context.update(format!("{message}.{at_seconds}.").as_bytes());
        context.update(body);
        all.push(format!("v1,{}", BASE64.encode(context.sign())));
    }
    Ok(all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_standard() {
        // The example of the specification.
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let (id, at, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        let one = signature([secret], id, at, body).expect("signed");
        assert_eq!(one, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let other = new_secret();
        let two = signature([other.as_str(), secret], id, at, body).expect("signed");
        assert!(two.ends_with(&format!(" {one}")) && two.starts_with("v1,"), "{two}");
        assert_eq!(BASE64.decode(&other[6..]).expect("Base64").len(), 32);
        assert!(signature(["plain"], id, at, body).is_err());
    }
}
