//! Protection against requests that another site makes a browser send.
//!
//! A request that changes something and is authenticated by a cookie must pass two checks:
//! 1. where the browser says it comes from: `Sec-Fetch-Site` if it is there, else `Origin`; another site is
//!    refused;
//! 2. the double-submit token, in the form field `csrf` or the header `x-csrf-token`. What is no ordinary form
//!    (an upload, JSON) may go without it if check 1 said "same origin" and not merely nothing.

use crate::Problem;
use crate::secret::form_token;
use axum::http::{HeaderMap, Method, StatusCode, header};

/// The most bytes an ordinary form may have; anything longer is an upload.
pub(crate) const FORM_MAX: usize = 1 << 20;

/// What the headers say about where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Same,
    Unknown,
    Other,
}

/// Whether a method changes nothing by definition.
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether the body is an ordinary form, so that the token must be one of its fields.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    text(headers, header::CONTENT_TYPE.as_str())
        .is_some_and(|t| t.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded"))
}

/// Checks a request that changes something. `cookie` is the value of the cookie that authenticates it, `form`
/// the body of an ordinary form.
///
/// # Errors
/// 403 with what to do next.
pub(crate) fn check(
    headers: &HeaderMap,
    cookie: &str,
    form: Option<&[u8]>,
    public_url: Option<&str>,
) -> Result<(), Problem> {
    let origin = origin(headers, public_url);
    if origin == Origin::Other {
        return Err(refused("This request came from another site and was not carried out."));
    }
    let sent = text(headers, "x-csrf-token").map(str::to_owned).or_else(|| form.and_then(form_field));
    match sent {
        // Without a cookie there is nothing that another site could not know.
        Some(token) if !cookie.is_empty() && base::same_secret(&token, &form_token(cookie)) => Ok(()),
        None if form.is_none() && origin == Origin::Same => Ok(()),
        _ => Err(refused("This page had been open for too long. Go back, reload it and try again.")),
    }
}

fn refused(detail: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, detail)
}

fn origin(headers: &HeaderMap, public_url: Option<&str>) -> Origin {
    match text(headers, "sec-fetch-site") {
        // `none`: typed, bookmarked or reloaded by the person.
        Some("same-origin" | "none") => return Origin::Same,
        Some(_) => return Origin::Other,
        None => {}
    }
    let Some(origin) = text(headers, "origin") else { return Origin::Unknown };
    let host = text(headers, "host").unwrap_or_default();
    let authority = origin.split_once("://").map_or("", |(_, rest)| rest);
    let public = public_url.map(|u| u.trim_end_matches('/'));
    if (!authority.is_empty() && authority == host) || public == Some(origin) {
        Origin::Same
    } else {
        Origin::Other
    }
}

/// The field `csrf` of a form. The token is hexadecimal, so nothing in it is escaped.
fn form_field(body: &[u8]) -> Option<String> {
    let body = std::str::from_utf8(body).ok()?;
    body.split('&').find_map(|pair| pair.strip_prefix("csrf=")).map(str::to_owned)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect()
    }

    #[test]
    fn origin_and_token_are_both_asked_for() {
        let form = format!("a=1&csrf={}", form_token("cookie"));
        let form = Some(form.as_bytes());
        let same_site = headers(&[("sec-fetch-site", "same-origin")]);
        let cross = headers(&[("sec-fetch-site", "cross-site")]);
        let sibling = headers(&[("sec-fetch-site", "same-site")]);
        let old_same = headers(&[("origin", "http://c.example"), ("host", "c.example")]);
        let old_other = headers(&[("origin", "http://evil.example"), ("host", "c.example")]);
        let silent = headers(&[]);
        for (given, body, expect) in [
            (&same_site, form, true),
            (&same_site, Some(&b"a=1"[..]), false),
            (&same_site, Some(&b"csrf=wrong"[..]), false),
            (&same_site, None, true),
            (&cross, form, false),
            (&sibling, form, false),
            (&old_same, form, true),
            (&old_same, None, true),
            (&old_other, form, false),
            (&silent, form, true),
            (&silent, None, false),
        ] {
            assert_eq!(check(given, "cookie", body, None).is_ok(), expect, "{given:?} {body:?}");
        }
        let proxied = headers(&[("origin", "https://c.example"), ("host", "127.0.0.1:8484")]);
        assert!(check(&proxied, "cookie", form, Some("https://c.example/")).is_ok());
        assert!(check(&silent, "", Some(format!("csrf={}", form_token("")).as_bytes()), None).is_err());
        assert!(check(&proxied, "other cookie", form, Some("https://c.example/")).is_err());
    }
}
