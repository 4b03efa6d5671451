//! What an authenticator says, checked: Web Authentication Level 2, 7.1 and 7.2, with attestation "none".

use super::key::Key;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Somebody is there.
const PRESENT: u8 = 0x01;
/// The authenticator knows who: by a fingerprint, a face, a PIN.
const VERIFIED: u8 = 0x04;
/// A new key is in it.
const ATTESTED: u8 = 0x40;

/// Where passkeys hold: the name that keys are bound to, and the address that pages have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    pub name: String,
    pub origin: String,
}

/// A key that was just made.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NewKey {
    /// Its id, Base64.
    pub credential: String,
    pub algorithm: i64,
    /// The COSE_Key.
    pub public: Vec<u8>,
    pub count: i64,
}

/// What the authenticator says, and the counter behind it.
struct Said<'a> {
    flags: u8,
    count: i64,
    rest: &'a [u8],
}

/// What a browser sends: all in Base64.
pub(super) struct Sent<'a> {
    /// What the browser says (`clientDataJSON`).
    pub client: &'a str,
    /// What the authenticator says (`authenticatorData`).
    pub authenticator: &'a str,
}

type Checked<T> = Result<T, &'static str>;

fn bytes(text: &str) -> Checked<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| "it is not Base64")
}

/// What the browser says: that it was asked this, here, for that.
fn client(sent: &Sent<'_>, what: &str, challenge: &str, site: &Site) -> Checked<Vec<u8>> {
    let raw = bytes(sent.client)?;
    let said: Value = serde_json::from_slice(&raw).map_err(|_| "what the browser says is no JSON")?;
    if said["type"] != what {
        return Err("it was made for something else");
    }
    if !base::same_secret(said["challenge"].as_str().unwrap_or_default(), challenge) {
        return Err("it answers another question");
    }
    if said["origin"].as_str() != Some(&site.origin) {
        return Err("it was made on another site");
    }
    if said["crossOrigin"] == true {
        return Err("it was made inside of another site");
    }
    Ok(raw)
}

fn authenticator<'a>(raw: &'a [u8], site: &Site) -> Checked<Said<'a>> {
    if raw.len() < 37 {
        return Err("what the authenticator says is too short");
    }
    if raw[..32] != Sha256::digest(site.name.as_bytes())[..] {
        return Err("the key belongs to another site");
    }
    let flags = raw[32];
    if flags & PRESENT == 0 || flags & VERIFIED == 0 {
        return Err("the authenticator did not check who you are");
    }
    let count = i64::from(u32::from_be_bytes([raw[33], raw[34], raw[35], raw[36]]));
    Ok(Said { flags, count, rest: &raw[37..] })
}

/// A new key, when everything about it is right (7.1).
pub(super) fn made(sent: &Sent<'_>, challenge: &str, site: &Site) -> Checked<NewKey> {
    client(sent, "webauthn.create", challenge, site)?;
    let raw = bytes(sent.authenticator)?;
    let said = authenticator(&raw, site)?;
    if said.flags & ATTESTED == 0 || said.rest.len() < 18 {
        return Err("there is no new key in it");
    }
    let length = usize::from(u16::from_be_bytes([said.rest[16], said.rest[17]]));
    let id = said.rest.get(18..18 + length).ok_or("the new key is cut off")?;
    if id.is_empty() || id.len() > 1023 {
        return Err("the new key's id is too long");
    }
    let public = &said.rest[18 + length..];
    let (_, algorithm, took) = Key::read(public).ok_or("the new key is of a kind that is not taken")?;
    Ok(NewKey {
        credential: URL_SAFE_NO_PAD.encode(id),
        algorithm,
        public: public[..took].to_vec(),
        count: said.count,
    })
}

/// The new counter, when a known key signed what was asked (7.2).
pub(super) fn used(
    sent: &Sent<'_>,
    signature: &str,
    (public, count): (&[u8], i64),
    challenge: &str,
    site: &Site,
) -> Checked<i64> {
    let client = client(sent, "webauthn.get", challenge, site)?;
    let raw = bytes(sent.authenticator)?;
    let said = authenticator(&raw, site)?;
    let (key, ..) = Key::read(public).ok_or("the stored key cannot be read")?;
    let signed = [&raw[..], &Sha256::digest(&client)[..]].concat();
    if !key.verify(&signed, &bytes(signature)?) {
        return Err("the signature is wrong");
    }
    // A counter that does not grow tells of a copy; keys that are in several devices keep it at 0.
    if (said.count > 0 || count > 0) && said.count <= count {
        return Err("its counter did not grow: there may be a copy of this key");
    }
    Ok(said.count)
}
