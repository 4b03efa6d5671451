//! Signatures of ID tokens: JSON Web Signature in its compact form (RFC 7515) under the keys of a JSON Web Key Set
//! (RFC 7517). Only the four algorithms below, each with the kind of key it belongs to: a token cannot choose "none", nor
//! take a public key for a shared secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::Value;

/// The algorithms that are taken (RFC 7518 and RFC 8037).
pub(crate) const ALGORITHMS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];

/// Why a token is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is no token.
    Form(&'static str),
    /// It says an algorithm that is not taken.
    Algorithm(String),
    /// No key of the provider fits it; there may be newer keys.
    Key,
    /// The signature is of another text or another key.
    Signature,
}

impl Refused {
    /// In words, for the log.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Form(what) => format!("the ID token is malformed: {what}"),
            Self::Algorithm(name) => {
                format!("the ID token is signed with \"{name}\"; only {} are taken", ALGORITHMS.join(", "))
            }
            Self::Key => "no key of the provider fits the ID token".into(),
            Self::Signature => "the signature of the ID token is wrong".into(),
        }
    }
}

/// The public keys of a provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys(Vec<Key>);

#[derive(Clone, Debug)]
struct Key {
    id: Option<String>,
    algorithm: Option<String>,
    public: Public,
}

#[derive(Clone, Debug)]
enum Public {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Keys {
    /// Reads a key set. Keys of kinds that are not taken are left out.
    pub(crate) fn read(set: &Value) -> Self {
        Self(set["keys"].as_array().into_iter().flatten().filter_map(key).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The key for a header. Without an id in the header there must be no choice (OpenID Connect Core, 10.1).
    fn find(&self, id: Option<&str>, algorithm: &str) -> Option<&Key> {
        let mut fitting =
            self.0.iter().filter(|k| k.fits(algorithm) && id.is_none_or(|id| k.id.as_deref() == Some(id)));
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// The claims of a token whose signature is right.
    pub(crate) fn verify(&self, token: &str) -> Result<Value, Refused> {
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refused::Form("it has not three parts"));
        };
        let head: Value = json(header).ok_or(Refused::Form("its header is no JSON"))?;
        let algorithm = head["alg"].as_str().unwrap_or_default();
        if !ALGORITHMS.contains(&algorithm) {
            return Err(Refused::Algorithm(algorithm.chars().take(20).collect()));
        }
        if !head["crit"].is_null() {
            // RFC 7515, 4.1.11: what is critical must be understood, and nothing is.
            return Err(Refused::Form("its header has critical extensions"));
        }
        let key = self.find(head["kid"].as_str(), algorithm).ok_or(Refused::Key)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refused::Signature)?;
        let signed = &token[..header.len() + 1 + claims.len()];
        if !key.public.verify(algorithm, signed.as_bytes(), &signature) {
            return Err(Refused::Signature);
        }
        json(claims).ok_or(Refused::Form("its claims are no JSON"))
    }
}

fn json(part: &str) -> Option<Value> {
    let value: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
    value.is_object().then_some(value)
}

fn key(jwk: &Value) -> Option<Key> {
    if jwk["use"].as_str().is_some_and(|u| u != "sig") {
        return None;
    }
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str()?).ok();
    let public = match (jwk["kty"].as_str()?, jwk["crv"].as_str()) {
        ("RSA", _) => Public::Rsa { n: plain(bytes("n")?), e: plain(bytes("e")?) },
        ("EC", Some("P-256")) => {
            let (x, y) = (bytes("x")?, bytes("y")?);
            (x.len() == 32 && y.len() == 32).then(|| Public::P256([&[4][..], &x, &y].concat()))?
        }
        ("OKP", Some("Ed25519")) => Public::Ed25519(bytes("x")?),
        _ => return None,
    };
    let text = |name: &str| jwk[name].as_str().map(str::to_owned);
    Some(Key { id: text("kid"), algorithm: text("alg"), public })
}

/// A number without leading zeros.
fn plain(mut number: Vec<u8>) -> Vec<u8> {
    let zeros = number.iter().take_while(|b| **b == 0).count();
    number.drain(..zeros);
    number
}

impl Key {
    fn fits(&self, algorithm: &str) -> bool {
        let kind = match self.public {
            Public::Rsa { .. } => algorithm == "RS256" || algorithm == "PS256",
            Public::P256(_) => algorithm == "ES256",
            Public::Ed25519(_) => algorithm == "EdDSA",
        };
        kind && self.algorithm.as_deref().is_none_or(|own| own == algorithm || own == "Ed25519")
    }
}

impl Public {
    fn verify(&self, algorithm: &str, text: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa { n, e } => {
                let parameters: &RsaParameters = if algorithm == "PS256" {
                    &RSA_PSS_2048_8192_SHA256
                } else {
                    &RSA_PKCS1_2048_8192_SHA256
                };
                RsaPublicKeyComponents { n, e }.verify(parameters, text, signature).is_ok()
            }
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(text, signature).is_ok()
            }
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(text, signature).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn part(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    /// RFC 8037, appendix A: a key, and a token signed with it.
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
        hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

    fn keys() -> Keys {
        Keys::read(&json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": X, "kid": "a" }] }))
    }

    #[test]
    fn a_signature_of_the_standard_is_right_and_its_text_no_json() {
        // The text of the example is a sentence: the signature passed, and only then it was read.
        assert_eq!(keys().verify(TOKEN), Err(Refused::Form("its claims are no JSON")));
        let changed = TOKEN.replace(".RXhh", ".RXhi");
        assert_eq!(keys().verify(&changed), Err(Refused::Signature));
    }

    #[test]
    fn what_a_token_says_of_itself_is_not_believed() {
        let claims = part(&json!({ "sub": "eve" }));
        for (header, expect) in [
            (json!({ "alg": "none" }), Refused::Algorithm("none".into())),
            (json!({ "alg": "None" }), Refused::Algorithm("None".into())),
            (json!({ "alg": "HS256", "kid": "a" }), Refused::Algorithm("HS256".into())),
            (json!({ "kid": "a" }), Refused::Algorithm(String::new())),
            (json!({ "alg": "RS256", "kid": "a" }), Refused::Key),
            (json!({ "alg": "EdDSA", "kid": "b" }), Refused::Key),
            (json!({ "alg": "EdDSA", "kid": "a" }), Refused::Signature),
            (
                json!({ "alg": "EdDSA", "crit": ["b64"], "b64": false }),
                Refused::Form("its header has critical extensions"),
            ),
        ] {
            assert_eq!(keys().verify(&format!("{}.{claims}.", part(&header))), Err(expect), "{header}");
        }
        assert!(matches!(keys().verify("a.b"), Err(Refused::Form(_))));
        assert!(matches!(keys().verify("a.b.c.d"), Err(Refused::Form(_))));
    }

    #[test]
    fn a_key_is_chosen_by_its_id_and_never_for_encryption() {
        let one = json!({ "kty": "OKP", "crv": "Ed25519", "x": X });
        let twice = Keys::read(&json!({ "keys": [one, one] }));
        assert_eq!(twice.verify(TOKEN), Err(Refused::Key), "no id, and a choice");
        let enc = json!({ "kty": "OKP", "crv": "Ed25519", "x": X, "use": "enc" });
        assert_eq!(Keys::read(&json!({ "keys": [enc, { "kty": "oct", "k": "AA" }] })).len(), 0);
    }
}
