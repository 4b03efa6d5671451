//! A provider of OpenID Connect on this machine that can lie: about who it is, for whom a token is, until when, and who
//! signed it.

use axum::Router;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use base::Clock;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// What the provider says that is not so, and what it says of the person.
#[derive(Clone)]
pub struct Says {
    /// `RS256`, `PS256`, `ES256`, `EdDSA`, `none`, or `HS256` with the public key as the secret.
    pub algorithm: &'static str,
    /// Claims that take the place of the right ones.
    pub claims: Value,
    /// Whether another key of the same kind signs, under the same name.
    pub other_key: bool,
    /// The name of the signing key.
    pub key: &'static str,
    /// The name of the key that is in the key set.
    pub published: &'static str,
    /// What it calls itself in its configuration, if not by its address.
    pub issuer: Option<String>,
    /// What userinfo says; `null` for the claims of the token.
    pub userinfo: Value,
    /// Whether the configuration and the token endpoint fail.
    pub broken: bool,
}

impl Default for Says {
    fn default() -> Self {
        Self {
            algorithm: "RS256",
            claims: json!({}),
            other_key: false,
            key: "one",
            published: "one",
            issuer: None,
            userinfo: Value::Null,
            broken: false,
        }
    }
}

struct Inner {
    address: String,
    clock: Clock,
    says: Mutex<Says>,
    /// Codes that were given, with what was asked for.
    codes: Mutex<HashMap<String, HashMap<String, String>>>,
    rsa: [RsaKeyPair; 2],
    p256: [EcdsaKeyPair; 2],
    ed25519: [Ed25519KeyPair; 2],
    /// How often the key set was fetched.
    fetched: Mutex<usize>,
}

/// The provider; it answers as long as the test runs.
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

pub const CLIENT: &str = "desk";
pub const SECRET: &str = "a secret: with/odd+characters";

impl Provider {
    pub fn start(clock: Clock) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener for a runtime");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let random = SystemRandom::new();
        let rsa = || RsaKeyPair::from_pkcs8(include_bytes!("keys/rsa.der")).expect("a key");
        let p256 = || {
            let made =
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).expect("a key")
        };
        let ed25519 = || {
            let made = Ed25519KeyPair::generate_pkcs8(&random).expect("a key");
            Ed25519KeyPair::from_pkcs8(made.as_ref()).expect("a key")
        };
        let provider = Self(Arc::new(Inner {
            address,
            clock,
            says: Mutex::default(),
            codes: Mutex::default(),
            rsa: [rsa(), rsa()],
            p256: [p256(), p256()],
            ed25519: [ed25519(), ed25519()],
            fetched: Mutex::default(),
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(provider.clone());
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                axum::serve(listener, router).await.expect("answers");
            });
        });
        provider
    }

    pub fn address(&self) -> String {
        self.0.address.clone()
    }

    pub fn says(&self, says: Says) {
        *self.0.says.lock().expect("no panic") = says;
    }

    fn now(&self) -> Says {
        self.0.says.lock().expect("no panic").clone()
    }

    pub fn fetched(&self) -> usize {
        *self.0.fetched.lock().expect("no panic")
    }

    /// What the page of the provider does when somebody signs in there: checks what was asked for, and gives a code. The
    /// query to come back with.
    pub fn sign_in(&self, asked: &str) -> String {
        let (page, query) = asked.split_once('?').expect("a query");
        assert_eq!(page, format!("{}/authorize", self.0.address));
        let fields: HashMap<String, String> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(k, v)| (k.to_owned(), plain(v)))
            .collect();
        assert_eq!((fields["response_type"].as_str(), fields["client_id"].as_str()), ("code", CLIENT));
        assert_eq!(fields["code_challenge_method"], "S256");
        assert!(fields["scope"].split(' ').any(|s| s == "openid"));
        let mut codes = self.0.codes.lock().expect("no panic");
        let code = format!("code-{}", codes.len());
        let state = fields["state"].clone();
        codes.insert(code.clone(), fields);
        format!("code={code}&state={state}")
    }

    fn sign(&self, says: &Says, text: &str) -> Vec<u8> {
        let which = usize::from(says.other_key);
        let random = SystemRandom::new();
        let rsa = |encoding: &'static dyn RsaEncoding| {
            // There is one RSA key; another signature is one of another text.
            let text = if says.other_key { format!("{text}!") } else { text.to_owned() };
            let key = &self.0.rsa[0];
            let mut out = vec![0; key.public().modulus_len()];
            key.sign(encoding, &random, text.as_bytes(), &mut out).expect("signed");
            out
        };
        match says.algorithm {
            "RS256" => rsa(&RSA_PKCS1_SHA256),
            "PS256" => rsa(&RSA_PSS_SHA256),
            "ES256" => self.0.p256[which].sign(&random, text.as_bytes()).expect("signed").as_ref().to_vec(),
            "EdDSA" => self.0.ed25519[which].sign(text.as_bytes()).as_ref().to_vec(),
            "HS256" => {
                // The old trick: the public key, which everybody has, as the shared secret.
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &self.modulus());
                ring::hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
            }
            _ => Vec::new(),
        }
    }

    fn modulus(&self) -> Vec<u8> {
        let public: ring::rsa::PublicKeyComponents<Vec<u8>> = self.0.rsa[0].public().into();
        public.n
    }

    fn claims(&self, asked: &HashMap<String, String>, says: &Says) -> Value {
        let now = self.0.clock.now() / 1_000_000;
        let mut claims = json!({
            "iss": self.0.address, "aud": CLIENT, "sub": "248289761001", "nonce": asked["nonce"], "iat": now, "exp": now + 300,
            "email": "ana@example.org", "email_verified": true, "name": "Ana Dev",
        });
        for (name, value) in says.claims.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims
    }
}

/// The text behind `%XX` and `+`.
fn plain(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let digits: String = bytes.by_ref().take(2).map(char::from).collect();
                out.push(u8::from_str_radix(&digits, 16).expect("two digits"));
            }
            b'+' => out.push(b' '),
            other => out.push(other),
        }
    }
    String::from_utf8(out).expect("text")
}

async fn configuration(State(p): State<Provider>) -> Response {
    let says = p.now();
    if says.broken {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let at = &p.0.address;
    Json(json!({
        "issuer": says.issuer.unwrap_or_else(|| at.clone()),
        "authorization_endpoint": format!("{at}/authorize"),
        "token_endpoint": format!("{at}/token"),
        "userinfo_endpoint": format!("{at}/userinfo"),
        "jwks_uri": format!("{at}/keys"),
    }))
    .into_response()
}

async fn keys(State(p): State<Provider>) -> Json<Value> {
    *p.0.fetched.lock().expect("no panic") += 1;
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let point = p.0.p256[0].public_key().as_ref();
    let name = p.now().published;
    Json(json!({ "keys": [
        { "kty": "RSA", "use": "sig", "kid": name, "n": text(&p.modulus()), "e": "AQAB" },
        { "kty": "EC", "crv": "P-256", "kid": name, "x": text(&point[1..33]), "y": text(&point[33..]) },
        { "kty": "OKP", "crv": "Ed25519", "kid": name, "x": text(p.0.ed25519[0].public_key().as_ref()) },
        { "kty": "oct", "kid": "secret", "k": "c2VjcmV0" },
    ] }))
}

async fn token(
    State(p): State<Provider>,
    headers: HeaderMap,
    Form(fields): Form<HashMap<String, String>>,
) -> Response {
    let wrong = |word: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": word }))).into_response();
    let says = p.now();
    let basic = headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let pair = STANDARD.decode(basic.trim_start_matches("Basic ")).unwrap_or_default();
    let pair = String::from_utf8(pair).unwrap_or_default();
    let known = pair.split_once(':').is_some_and(|(id, s)| plain(id) == CLIENT && plain(s) == SECRET);
    if !known {
        return wrong("invalid_client");
    }
    // A code works once.
    let Some(asked) = p.0.codes.lock().expect("no panic").remove(&fields["code"]) else {
        return wrong("invalid_grant");
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(fields["code_verifier"].as_bytes()));
    if challenge != asked["code_challenge"] || fields["redirect_uri"] != asked["redirect_uri"] {
        return wrong("invalid_grant");
    }
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({ "alg": says.algorithm, "kid": says.key, "typ": "JWT" }));
    let text = format!("{head}.{}", part(p.claims(&asked, &says)));
    let signature = URL_SAFE_NO_PAD.encode(p.sign(&says, &text));
    Json(json!({ "token_type": "Bearer", "access_token": "access", "id_token": format!("{text}.{signature}") }))
        .into_response()
}

async fn userinfo(State(p): State<Provider>, headers: HeaderMap) -> Response {
    if headers.get("authorization").is_none_or(|v| v.as_bytes() != b"Bearer access") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(p.now().userinfo).into_response()
}
