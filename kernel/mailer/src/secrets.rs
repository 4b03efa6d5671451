//! What mail must keep secret, sealed in the store.

use base::Result;
use store::Conn;

/// How the names of passwords begin.
pub(crate) const PASSWORD_OF: &str = "password of ";
/// The name of the key that signs links.
pub(crate) const LINKS: &str = "links";

/// Where a secret belongs.
pub(crate) fn context(name: &str) -> String {
    seal::context("mail_secrets", "secret", name)
}

pub(crate) fn find(c: &mut Conn<'_>, name: &str) -> Result<Option<String>> {
    c.query_opt("SELECT secret FROM mail_secrets WHERE name = $1", &[name.into()], |r| r.text(0))
}

pub(crate) fn put(tx: &mut Conn<'_>, name: &str, sealed: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO mail_secrets (name, secret) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET secret = excluded.secret",
        &[name.into(), sealed.into()],
    )
    .map(|_| ())
}

/// Keeps one that was there first: whichever of two nodes comes first makes it.
pub(crate) fn put_if_absent(tx: &mut Conn<'_>, name: &str, sealed: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO mail_secrets (name, secret) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        &[name.into(), sealed.into()],
    )
    .map(|_| ())
}

pub(crate) fn remove(tx: &mut Conn<'_>, name: &str) -> Result<()> {
    tx.execute("DELETE FROM mail_secrets WHERE name = $1", &[name.into()]).map(|_| ())
}

/// Forgets the passwords of every server but one.
pub(crate) fn forget_passwords(tx: &mut Conn<'_>, but: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM mail_secrets WHERE name LIKE $1 AND name <> $2",
        &[(&format!("{PASSWORD_OF}%")).into(), but.into()],
    )
    .map(|_| ())
}
