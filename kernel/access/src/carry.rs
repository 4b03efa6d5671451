//! What a browser carries for somebody who is not signed in yet: sealed, for ten minutes. Nothing is stored for strangers,
//! and any node that has the key takes it back.

use crate::guard::cookie;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use base::{Micros, Result};
use seal::Sealer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// How long it can be carried: 10 minutes.
pub(crate) const LIFE: Micros = 600_000_000;

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    until: Micros,
    value: T,
}

/// Seals a value for its purpose.
pub(crate) fn seal<T: Serialize>(sealer: &Sealer, purpose: &str, value: &T, now: Micros) -> Result<String> {
    let text = serde_json::to_string(&Sealed { until: now + LIFE, value })
        .map_err(|e| base::Error::internal(format!("what a browser carries could not be written: {e}")))?;
    sealer.seal(&text, &context(purpose))
}

/// What was sealed for this purpose, unless it was changed or is too old.
pub(crate) fn open_text<T: DeserializeOwned>(
    sealer: &Sealer,
    purpose: &str,
    text: &str,
    now: Micros,
) -> Option<T> {
    let text = sealer.open(text, &context(purpose)).ok()?;
    let sealed: Sealed<T> = serde_json::from_str(&text).ok()?;
    (now < sealed.until).then_some(sealed.value)
}

/// The same out of the cookie of this name.
pub(crate) fn open<T: DeserializeOwned>(
    sealer: &Sealer,
    name: &str,
    headers: &HeaderMap,
    now: Micros,
) -> Option<T> {
    open_text(sealer, name, &cookie(headers, name)?, now)
}

fn context(purpose: &str) -> String {
    seal::context("carried", purpose, "")
}

/// A cookie that carries something.
pub(crate) struct Carried {
    pub name: &'static str,
    pub path: &'static str,
    pub secure: bool,
}

impl Carried {
    /// Hands it to the browser. It comes back when another site sends the browser here, as providers do.
    pub(crate) fn put(&self, response: &mut Response, value: &str) {
        self.set(response, value, LIFE / 1_000_000);
    }

    /// Takes it away from the browser.
    pub(crate) fn take(&self, response: &mut Response) {
        self.set(response, "", 0);
    }

    fn set(&self, response: &mut Response, value: &str, seconds: i64) {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!(
            "{}={value}; Path={}; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}",
            self.name, self.path
        );
        // Sealed texts are Base64 and colons.
        let value = HeaderValue::from_str(&text).expect("a cookie of plain ASCII");
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
