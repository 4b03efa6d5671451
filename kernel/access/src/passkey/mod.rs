//! Passkeys: signing in with a key that a device keeps, after it checked who is there (Web Authentication Level 2).
//! That is two factors in one, so that no code is asked beside it. Why the checks are our own: decision 0013.
//!
//! A question (challenge) lies sealed in the form, for ten minutes; one that was asked before a key was last used is not
//! taken any more, so that no answer serves twice.

mod key;
mod pages;
mod store;
mod verify;

pub(crate) use pages::{known_routes, open_routes, question};

pub use store::{Passkey, list};

use crate::Access;
use axum::http::HeaderMap;
use verify::Site;

/// Where passkeys hold, by the address of the server; nothing where browsers allow none. Keys are bound to a name, which
/// must be reached by https; only `localhost` may go without.
pub(crate) fn site(access: &Access, headers: &HeaderMap) -> Option<Site> {
    let public = access.public_url.as_deref()?.trim_end_matches('/');
    let (scheme, authority) = public.split_once("://")?;
    let host = host_of(authority);
    if scheme == "https" && is_name(host) {
        let authority = authority.strip_suffix(":443").unwrap_or(authority);
        return Some(Site { name: host.to_owned(), origin: format!("https://{authority}") });
    }
    let local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let asked = headers.get("host").and_then(|v| v.to_str().ok()).unwrap_or_default();
    (scheme == "http" && local && host_of(asked) == "localhost")
        .then(|| Site { name: "localhost".into(), origin: format!("http://{asked}") })
}

/// An authority without its port.
fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// Whether it is a name and no number.
fn is_name(host: &str) -> bool {
    !host.starts_with('[')
        && host.parse::<std::net::Ipv4Addr>().is_err()
        && host.contains(|c: char| c.is_ascii_alphabetic())
}
