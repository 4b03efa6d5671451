//! Links that work without signing in because they are signed: the end of a subscription (RFC 8058).

use crate::{Mailer, secrets};
use base::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::hmac;
use store::Conn;

/// What a link ends: a subscription of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscribe {
    /// Which list: the id that a manifest registers.
    pub list: String,
    /// Whose subscription of it, as the list knows it.
    pub subject: String,
}

impl Mailer {
    /// The key that signs, made when it is needed first.
    fn key(&self, tx: &mut Conn<'_>) -> Result<hmac::Key> {
        let context = secrets::context(secrets::LINKS);
        let mut sealed = secrets::find(tx, secrets::LINKS)?;
        if sealed.is_none() {
            let new = STANDARD.encode(base::random::<32>());
            secrets::put_if_absent(tx, secrets::LINKS, &self.sealer()?.seal(&new, &context)?)?;
            sealed = secrets::find(tx, secrets::LINKS)?;
        }
        let sealed = sealed.ok_or_else(|| Error::internal("the key of links is gone"))?;
        self.open_key(&sealed)
    }

    fn open_key(&self, sealed: &str) -> Result<hmac::Key> {
        let text = self.sealer()?.open(sealed, &secrets::context(secrets::LINKS))?;
        let bytes = STANDARD.decode(text).map_err(|_| Error::internal("the key of links is broken"))?;
        Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
    }

    /// The path of the link that ends a subscription; it does not expire, as mails are kept for years.
    ///
    /// # Errors
    /// When the database says no, or the key cannot be opened.
    pub fn unsubscribe_path(&self, tx: &mut Conn<'_>, u: &Unsubscribe) -> Result<String> {
        let key = self.key(tx)?;
        let tag = hmac::sign(&key, said(u).as_bytes());
        let tag = URL_SAFE_NO_PAD.encode(tag.as_ref().get(..20).unwrap_or_default());
        Ok(format!("/mail/unsubscribe/{}.{}.{tag}", u.list, u.subject))
    }

    /// Reads the last part of such a path.
    ///
    /// # Errors
    /// `NotFound` for one that this installation did not sign.
    pub fn read_unsubscribe(&self, c: &mut Conn<'_>, token: &str) -> Result<Unsubscribe> {
        let gone = || Error::not_found("this link is not one of ours, or was not copied whole");
        let mut parts = token.split('.');
        let (Some(list), Some(subject), Some(tag), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(gone());
        };
        let u = Unsubscribe { list: list.to_owned(), subject: subject.to_owned() };
        let sealed = secrets::find(c, secrets::LINKS)?.ok_or_else(gone)?;
        let key = self.open_key(&sealed)?;
        let right = hmac::sign(&key, said(&u).as_bytes());
        let right = URL_SAFE_NO_PAD.encode(right.as_ref().get(..20).unwrap_or_default());
        if base::same_secret(&right, tag) { Ok(u) } else { Err(gone()) }
    }
}

fn said(u: &Unsubscribe) -> String {
    format!("unsubscribe\n{}\n{}", u.list, u.subject)
}
