//! What is asked of a provider: what it says about itself (OpenID Connect Discovery 1.0), its keys, tokens for a code, and
//! more about a person. Everything goes through the guarded client, so that no address of a provider leads into the
//! network of the server.

use super::jws::{Keys, Refused};
use super::store::Provider;
use crate::guard::escape;
use axum::http::Method;
use base::{Error, Micros, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outgoing::{Client, Outgoing};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long what a provider says about itself holds.
const HOLDS: Micros = 3_600_000_000;
/// How long a provider that did not answer is not asked again.
const RESTS: Micros = 10_000_000;
/// Keys are fetched anew for an unknown one at most this often, so that nobody makes us ask without end.
const RENEWS: Micros = 60_000_000;
/// How long an answer may take.
const AT_MOST: Duration = Duration::from_secs(10);
/// How many bytes of an answer are read.
const KEEP: usize = 256 << 10;

/// What a provider says about itself.
#[derive(Clone, Debug)]
pub(crate) struct Metadata {
    pub authorization: String,
    token: String,
    userinfo: Option<String>,
    keys: String,
    /// Whether the client's secret goes into the body: it says that it takes it there and not in the header.
    secret_in_body: bool,
    /// Whether the answer to a browser names the issuer (RFC 9207).
    pub names_issuer: bool,
}

/// What a provider gave for a code.
pub(crate) struct Tokens {
    pub id_token: String,
    access_token: Option<String>,
}

struct Entry {
    at: Micros,
    metadata: Metadata,
    keys: Arc<Keys>,
    renewed_at: Option<Micros>,
}

/// What is known of providers, in memory. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Known(Arc<Mutex<Entries>>);

/// By issuer: what it said, or when it failed to answer and how.
type Entries = HashMap<String, std::result::Result<Entry, (Micros, Error)>>;

impl Known {
    fn lock(&self) -> MutexGuard<'_, Entries> {
        // A panic while writing leaves at worst nothing known.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets a provider, so that the next question goes out.
    pub(crate) fn forget(&self, issuer: &str) {
        self.lock().remove(issuer);
    }

    /// What the provider says about itself, and its keys.
    pub(crate) async fn of(
        &self,
        client: &Client,
        issuer: &str,
        now: Micros,
    ) -> Result<(Metadata, Arc<Keys>)> {
        match self.lock().get(issuer) {
            Some(Ok(e)) if now - e.at < HOLDS => return Ok((e.metadata.clone(), Arc::clone(&e.keys))),
            Some(Err((at, error))) if now - at < RESTS => return Err(error.clone()),
            _ => {}
        }
        let asked = async {
            let metadata = discover(client, issuer).await?;
            let keys = Arc::new(keys(client, &metadata).await?);
            Ok::<_, Error>((metadata, keys))
        }
        .await;
        let entry = match &asked {
            Ok((metadata, keys)) => {
                Ok(Entry { at: now, metadata: metadata.clone(), keys: Arc::clone(keys), renewed_at: None })
            }
            Err(error) => Err((now, error.clone())),
        };
        self.lock().insert(issuer.to_owned(), entry);
        asked
    }

    /// The claims of a token. When no known key fits, the keys are fetched once more: providers change them.
    pub(crate) async fn verify(
        &self,
        client: &Client,
        issuer: &str,
        token: &str,
        now: Micros,
    ) -> Result<Value> {
        let refused = |why: Refused| Error::unavailable(why.words());
        let (metadata, known) = self.of(client, issuer, now).await?;
        let first = known.verify(token);
        if first != Err(Refused::Key) {
            return first.map_err(refused);
        }
        if let Some(Ok(entry)) = self.lock().get_mut(issuer) {
            if entry.renewed_at.is_some_and(|at| now - at < RENEWS) {
                return Err(refused(Refused::Key));
            }
            entry.renewed_at = Some(now);
        }
        let newer = Arc::new(keys(client, &metadata).await?);
        if let Some(Ok(entry)) = self.lock().get_mut(issuer) {
            entry.keys = Arc::clone(&newer);
        }
        newer.verify(token).map_err(refused)
    }
}

/// Where a provider says what it can do.
fn configuration(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

async fn discover(client: &Client, issuer: &str) -> Result<Metadata> {
    let said = get(client, &configuration(issuer), None).await?;
    let text = |name: &str| said[name].as_str().map(str::to_owned);
    let named = text("issuer").unwrap_or_default();
    if named != issuer {
        return Err(Error::invalid(format!(
            "{} calls itself \"{}\": the issuer must be written exactly like this",
            configuration(issuer),
            named.chars().take(200).collect::<String>()
        )));
    }
    let needed = |name: &str| {
        let address =
            text(name).ok_or_else(|| Error::invalid(format!("{} names no {name}", configuration(issuer))))?;
        client.check(&address).map_err(|e| e.at(name))?;
        Ok::<_, Error>(address)
    };
    let methods = &said["token_endpoint_auth_methods_supported"];
    let takes = |method: &str| methods.as_array().is_some_and(|all| all.iter().any(|m| m == method));
    Ok(Metadata {
        authorization: needed("authorization_endpoint")?,
        token: needed("token_endpoint")?,
        userinfo: text("userinfo_endpoint").filter(|address| client.check(address).is_ok()),
        keys: needed("jwks_uri")?,
        secret_in_body: takes("client_secret_post") && !takes("client_secret_basic"),
        names_issuer: said["authorization_response_iss_parameter_supported"] == true,
    })
}

async fn keys(client: &Client, metadata: &Metadata) -> Result<Keys> {
    let keys = Keys::read(&get(client, &metadata.keys, None).await?);
    if keys.len() == 0 {
        return Err(Error::invalid(format!(
            "{} has no key that signs with RSA, P-256 or Ed25519",
            metadata.keys
        )));
    }
    Ok(keys)
}

/// Gives the code away for tokens (RFC 6749, 4.1.3, with the verifier of RFC 7636).
pub(crate) async fn exchange(
    client: &Client,
    (provider, secret): (&Provider, Option<&str>),
    metadata: &Metadata,
    (code, verifier, redirect): (&str, &str, &str),
) -> Result<Tokens> {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect),
        ("code_verifier", verifier),
    ];
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
    match secret {
        Some(secret) if !metadata.secret_in_body => {
            // RFC 6749, 2.3.1: both are encoded like a form before they are put together.
            let pair = format!("{}:{}", escape_all(&provider.client_id), escape_all(secret));
            headers.push(("authorization", format!("Basic {}", STANDARD.encode(pair))));
        }
        Some(secret) => {
            fields.extend([("client_id", provider.client_id.as_str()), ("client_secret", secret)])
        }
        None => fields.push(("client_id", provider.client_id.as_str())),
    }
    let body: Vec<String> = fields.iter().map(|(k, v)| format!("{k}={}", escape_all(v))).collect();
    headers.push(("accept", "application/json".to_owned()));
    let said = send(client, Method::POST, &metadata.token, headers, body.join("&")).await?;
    let id_token = said["id_token"]
        .as_str()
        .ok_or_else(|| Error::invalid("the provider gave no ID token; the scopes must hold openid"))?;
    let access_token = said["access_token"].as_str().filter(|t| !t.is_empty()).map(str::to_owned);
    Ok(Tokens { id_token: id_token.to_owned(), access_token })
}

/// What the provider says of a person beyond the token; nothing where it has no such place. The subject must be the
/// token's (Core, 5.3.2).
pub(crate) async fn userinfo(
    client: &Client,
    metadata: &Metadata,
    tokens: &Tokens,
    subject: &str,
) -> Result<Value> {
    let (Some(address), Some(token)) = (&metadata.userinfo, &tokens.access_token) else {
        return Ok(Value::Null);
    };
    let said = get(client, address, Some(token)).await?;
    if said["sub"].as_str() != Some(subject) {
        return Err(Error::unavailable("the userinfo answer is about another subject than the ID token"));
    }
    Ok(said)
}

async fn get(client: &Client, address: &str, bearer: Option<&str>) -> Result<Value> {
    let mut headers = vec![("accept", "application/json".to_owned())];
    headers.extend(bearer.map(|token| ("authorization", format!("Bearer {token}"))));
    send(client, Method::GET, address, headers, String::new()).await
}

async fn send(
    client: &Client,
    method: Method,
    address: &str,
    headers: Vec<(&'static str, String)>,
    body: String,
) -> Result<Value> {
    let request = Outgoing {
        method,
        url: address.to_owned(),
        headers,
        body: body.into(),
        at_most: AT_MOST,
        keep: KEEP,
    };
    let answer = client.send(request).await.map_err(|e| e.at(address))?;
    let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
    if !answer.is_success() {
        // A provider's own word about the mistake (RFC 6749, 5.2); never the body, which may hold anything.
        let word = said.as_ref().and_then(|s| s["error"].as_str()).unwrap_or("no reason");
        let word: String = word.chars().filter(char::is_ascii_graphic).take(60).collect();
        return Err(Error::unavailable(format!("{address} answered {} ({word})", answer.status)));
    }
    said.ok_or_else(|| Error::unavailable(format!("{address} answered something else than JSON")))
}

/// As a form writes it; unlike in an address, a slash is written out.
fn escape_all(text: &str) -> String {
    escape(text).replace('/', "%2F")
}
