//! What an ID token must say before it is believed: OpenID Connect Core 1.0, 3.1.3.7.

use base::Micros;
use serde_json::Value;

/// How far two clocks may be apart, in seconds.
const LEEWAY: i64 = 60;
/// How old a token may be that was made for this very sign-in, in seconds.
const OLDEST: i64 = 600;

/// What this sign-in expects.
pub(crate) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now: Micros,
}

/// Why the claims are not believed, in words for the log; `None` when they are.
pub(crate) fn why_not(claims: &Value, expected: &Expected<'_>) -> Option<String> {
    let issuer = claims["iss"].as_str().unwrap_or_default();
    if issuer != expected.issuer {
        return Some(format!("the issuer is \"{}\"", short(issuer)));
    }
    audience(claims, expected.client_id)
        .or_else(|| times(claims, expected.now / 1_000_000))
        .or_else(|| {
            let nonce = claims["nonce"].as_str().unwrap_or_default();
            (!base::same_secret(nonce, expected.nonce)).then(|| "the nonce is of another sign-in".into())
        })
        .or_else(|| {
            let subject = claims["sub"].as_str().unwrap_or_default();
            // Core, 2: at most 255 ASCII characters.
            (subject.is_empty() || subject.len() > 255).then(|| "it names no subject".into())
        })
}

fn audience(claims: &Value, client_id: &str) -> Option<String> {
    let all: Vec<&str> = match &claims["aud"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !all.contains(&client_id) {
        return Some("it is for another audience".into());
    }
    match claims["azp"].as_str() {
        Some(party) if party != client_id => Some("it was given to another party (azp)".into()),
        None if all.len() > 1 => Some("it is for several audiences and names no party (azp)".into()),
        _ => None,
    }
}

fn times(claims: &Value, now: i64) -> Option<String> {
    let (Some(until), Some(since)) = (seconds(&claims["exp"]), seconds(&claims["iat"])) else {
        return Some("it does not say when it was made and when it ends".into());
    };
    if now >= until.saturating_add(LEEWAY) {
        return Some(format!("it ended {} s ago", now.saturating_sub(until)));
    }
    if since > now + LEEWAY {
        return Some("it was made in the future; compare the clocks of both servers".into());
    }
    if since < now - OLDEST {
        return Some(format!("it was made {} s ago", now.saturating_sub(since)));
    }
    let begins = seconds(&claims["nbf"]).is_some_and(|at| at > now + LEEWAY);
    begins.then(|| "it is not valid yet".into())
}

fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().map(|f| f as i64))
}

fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

/// Somebody as a provider knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Who {
    pub subject: String,
    pub email: String,
    /// Whether the provider says that the address is theirs.
    pub verified: bool,
    pub name: String,
    pub groups: Vec<String>,
}

impl Who {
    /// Out of the claims of an ID token and, where it says less, of the userinfo answer.
    pub(crate) fn of(token: &Value, more: &Value, group_claim: &str) -> Self {
        let text = |name: &str| {
            let found = token[name].as_str().or_else(|| more[name].as_str()).unwrap_or_default();
            found.trim().chars().take(254).collect::<String>()
        };
        // The word about an address counts only beside the address itself.
        let of = if token["email"].is_string() { token } else { more };
        let verified = of["email_verified"] == true || of["email_verified"] == "true";
        let groups = groups(token, group_claim).or_else(|| groups(more, group_claim)).unwrap_or_default();
        let name = Some(text("name")).filter(|n| !n.is_empty()).unwrap_or_else(|| text("preferred_username"));
        let name = name.chars().filter(|c| !c.is_control()).take(80).collect();
        Self { subject: text("sub"), email: text("email").to_lowercase(), verified, name, groups }
    }
}

/// The groups under a claim, whose name may lead inward (`realm_access.roles`); nothing when it is not there.
pub(crate) fn groups(claims: &Value, claim: &str) -> Option<Vec<String>> {
    if claim.is_empty() {
        return None;
    }
    let whole = claims.get(claim);
    let inward = || claim.split('.').try_fold(claims, |value, part| value.get(part));
    match whole.or_else(inward)? {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(many) => Some(many.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_800_000_000;

    fn good() -> Value {
        json!({ "iss": "https://id.example", "aud": "desk", "sub": "7", "nonce": "n", "iat": NOW - 2, "exp": NOW + 300 })
    }

    fn check(change: &Value, expect: &str) {
        let mut claims = good();
        for (name, value) in change.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        let expected =
            Expected { issuer: "https://id.example", client_id: "desk", nonce: "n", now: NOW * 1_000_000 };
        let why = why_not(&claims, &expected).unwrap_or_default();
        assert!(if expect.is_empty() { why.is_empty() } else { why.contains(expect) }, "{change}: \"{why}\"");
    }

    #[test]
    fn a_token_for_this_sign_in_is_believed_and_no_other() {
        check(&json!({}), "");
        check(&json!({ "aud": ["desk"] }), "");
        check(&json!({ "aud": ["desk", "other"], "azp": "desk" }), "");
        check(&json!({ "exp": NOW - 59 }), "");
        check(&json!({ "iat": NOW + 59 }), "");
        for (change, expect) in [
            (json!({ "iss": "https://id.example/" }), "issuer"),
            (json!({ "iss": null }), "issuer"),
            (json!({ "aud": "other" }), "audience"),
            (json!({ "aud": [] }), "audience"),
            (json!({ "aud": ["desk", "other"] }), "several"),
            (json!({ "azp": "other" }), "another party"),
            (json!({ "exp": NOW - 60 }), "ended"),
            (json!({ "exp": null }), "does not say"),
            (json!({ "iat": null }), "does not say"),
            (json!({ "iat": NOW + 61 }), "future"),
            (json!({ "iat": NOW - 601 }), "was made"),
            (json!({ "nbf": NOW + 61 }), "not valid yet"),
            (json!({ "nonce": "m" }), "nonce"),
            (json!({ "nonce": null }), "nonce"),
            (json!({ "sub": "" }), "subject"),
            (json!({ "sub": "7".repeat(256) }), "subject"),
        ] {
            check(&change, expect);
        }
    }

    #[test]
    fn a_verified_address_is_verified_by_whoever_says_the_address() {
        let said = Who::of(
            &json!({ "sub": "7", "email": "Bo@Example.org" }),
            &json!({ "email": "other@example.org", "email_verified": true, "name": "Bo" }),
            "groups",
        );
        assert_eq!((said.email.as_str(), said.verified, said.name.as_str()), ("bo@example.org", false, "Bo"));
        let said =
            Who::of(&json!({ "sub": "7", "email": "b@e.org", "email_verified": "true" }), &Value::Null, "");
        assert!(said.verified, "some providers write it as a text");
    }

    #[test]
    fn groups_are_found_inside() {
        let claims = json!({ "groups": ["a", "b"], "realm_access": { "roles": ["c"] }, "a.b": "d" });
        assert_eq!(groups(&claims, "groups"), Some(vec!["a".into(), "b".into()]));
        assert_eq!(groups(&claims, "realm_access.roles"), Some(vec!["c".into()]));
        assert_eq!(groups(&claims, "a.b"), Some(vec!["d".into()]));
        assert_eq!(groups(&claims, "none"), None);
    }
}
