//! The key of the hashes that stand for erased people.

use base::{Error, Micros, Result, TypeId};
use ring::hmac;
use store::{Conn, Dialect};

/// How an erased identity's row is called: this, and the hash.
pub(crate) const MARK: &str = "erased:";
/// Bytes of a hash that are kept: 128 bits.
const KEPT: usize = 16;

/// Makes hashes that only this installation can make again (HMAC-SHA256, RFC 2104).
#[derive(Clone)]
pub struct Key(hmac::Key);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the key.
        write!(f, "Key")
    }
}

impl Key {
    fn read(text: &str) -> Result<Self> {
        if text.len() < 64 {
            return Err(Error::internal("the key of erasures is damaged; restore it from a backup"));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes())))
    }

    /// A hash of these parts for one purpose; whole, for signatures. No two lists of parts are hashed alike.
    pub fn sign(&self, purpose: &str, parts: &[&str]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in std::iter::once(&purpose).chain(parts) {
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part.as_bytes());
        }
        let mut out = [0; 32];
        out.copy_from_slice(context.sign().as_ref());
        out
    }

    /// How the row of an erased account is called.
    pub(crate) fn identity(&self, source_id: i64, external_id: &str) -> String {
        format!("{MARK}{}", self.short("identity", source_id, external_id))
    }

    /// What stands for a name by which an erased person was mentioned.
    pub(crate) fn name(&self, source_id: i64, name: &str) -> String {
        self.short("name", source_id, name)
    }

    fn short(&self, purpose: &str, source_id: i64, text: &str) -> String {
        let hash = self.sign(purpose, &[&source_id.to_string(), text]);
        hash.iter().take(KEPT).map(|b| format!("{b:02x}")).collect()
    }
}

fn context(id: &str) -> String {
    seal::context("erasure_keys", "sealed_key", id)
}

/// The key of this installation; `None` before the first erasure.
///
/// # Errors
/// `Unavailable` when the key that it is sealed with is not at hand.
pub fn key(c: &mut Conn<'_>) -> Result<Option<Key>> {
    let found = c.query_opt(
        "SELECT public_id, sealed_key FROM erasure_keys ORDER BY made_at, public_id LIMIT 1",
        &[],
        |r| Ok((r.text(0)?, r.text(1)?)),
    )?;
    found.map(|(id, sealed)| Key::read(&c.open_sealed(&sealed, &context(&id))?)).transpose()
}

/// The key of this installation, made and sealed when there is none yet.
///
/// # Errors
/// When it cannot be sealed or opened; what the database says.
pub fn key_or_new(tx: &mut Conn<'_>, sealer: &seal::Sealer, now: Micros) -> Result<Key> {
    if tx.dialect() == Dialect::Postgres {
        // Two nodes must not make one each.
        tx.execute("SELECT pg_advisory_xact_lock($1)", &[7_201_006_i64.into()])?;
    }
    if let Some(key) = key(tx)? {
        return Ok(key);
    }
    let id = TypeId::new("ekey", now).to_string();
    let text: String = base::random::<32>().iter().map(|b| format!("{b:02x}")).collect();
    let sealed = sealer.seal(&text, &context(&id))?;
    tx.execute(
        "INSERT INTO erasure_keys (public_id, sealed_key, made_at) VALUES ($1, $2, $3)",
        &[(&id).into(), (&sealed).into(), now.into()],
    )?;
    Key::read(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_differ_by_key_purpose_place_and_name() {
        let key = |c: char| Key::read(&c.to_string().repeat(64)).expect("a key");
        let (one, other) = (key('a'), key('b'));
        assert_eq!(one.identity(1, "U1"), one.identity(1, "U1"));
        assert!(one.identity(1, "U1").starts_with(MARK));
        let all =
            [one.identity(1, "U1"), one.identity(2, "U1"), one.identity(1, "U2"), other.identity(1, "U1")];
        assert_eq!(std::collections::BTreeSet::from(all).len(), 4);
        assert_ne!(one.name(1, "U1"), one.identity(1, "U1")[MARK.len()..]);
        assert_ne!(one.sign("a", &["b", "c"]), one.sign("a", &["bc", ""]));
        assert!(Key::read("short").is_err());
    }
}
