//! Secrets at rest: what the product must be able to read again (secrets of endpoints, a mail server's password) is
//! sealed before it is stored, with a key that is not in the database.
//!
//! ```ignore
//! let sealed = app.sealer.seal(&secret, &seal::context("webhook_secrets", "secret", &id))?;
//! let secret = app.sealer.open(&sealed, &seal::context("webhook_secrets", "secret", &id))?;
//! ```
//! The context says where the text belongs: a text that was copied into another row does not open there. Whoever
//! stores sealed texts names the column in the manifest (`sealed`), so that `folkmoot secrets rotate` finds them.
//!
//! A sealed text is `sealed1:KEY:BASE64`: the number of the key, then a salt of 24 random bytes and AES-256-GCM under
//! HKDF-SHA256(key, salt, context), so that no two texts share a key or a nonce.

use base::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const PREFIX: &str = "sealed1:";
const KEY: usize = 32;
const SALT: usize = 24;
/// The name of the key file in the data folder.
const FILE: &str = "secret.key";

/// Where a sealed text belongs: its table, its column, and the id of its row as people see it.
pub fn context(table: &str, column: &str, id: &str) -> String {
    format!("{table}.{column}:{id}")
}

/// Seals and opens. Clones share the keys.
#[derive(Clone)]
pub struct Sealer(Arc<Inner>);

struct Inner {
    /// Where the keys are kept; `None` when whoever runs the program gave them.
    file: Option<PathBuf>,
    /// The present key first, then those of before.
    keys: Mutex<Vec<Secret>>,
}

#[derive(Clone, PartialEq, Eq)]
struct Secret([u8; KEY]);

impl Secret {
    /// The number by which a sealed text names its key.
    fn number(&self) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA256, &[b"folkmoot key ", &self.0[..]].concat());
        digest.as_ref().iter().take(4).map(|b| format!("{b:02x}")).collect()
    }

    fn read(text: &str) -> Result<Self> {
        let bytes = BASE64.decode(text.trim()).ok().and_then(|b| <[u8; KEY]>::try_from(b).ok());
        bytes.map(Self).ok_or_else(|| {
            Error::invalid("a secret key is 32 random bytes in Base64; `openssl rand -base64 32` makes one")
        })
    }

    fn under(&self, salt: &[u8], context: &str) -> Result<LessSafeKey> {
        let failed = |_| Error::internal("a key could not be derived");
        let prk = Salt::new(HKDF_SHA256, salt).extract(&self.0);
        let info = [context.as_bytes()];
        let key = prk.expand(&info, &AES_256_GCM).map_err(failed)?;
        Ok(LessSafeKey::new(UnboundKey::from(key)))
    }
}

impl Sealer {
    /// With keys that whoever runs the program gives: the present one, and those of before, divided by commas.
    ///
    /// # Errors
    /// `Invalid` for a text that is no key.
    pub fn with_keys(present: &str, before: &str) -> Result<Self> {
        let before = before.split(',').filter(|k| !k.trim().is_empty());
        let keys = std::iter::once(present).chain(before).map(Secret::read).collect::<Result<_>>()?;
        Ok(Self(Arc::new(Inner { file: None, keys: Mutex::new(keys) })))
    }

    /// With the key file of a data folder, which is made when the first secret is sealed.
    pub fn of_folder(folder: &Path) -> Self {
        Self(Arc::new(Inner { file: Some(folder.join(FILE)), keys: Mutex::default() }))
    }

    /// Whether the keys lie in a file of this node, which other nodes do not have.
    pub fn is_of_this_node(&self) -> bool {
        self.0.file.is_some()
    }

    /// Seals a text for its place.
    ///
    /// # Errors
    /// `Unavailable` when the key file cannot be read or made.
    pub fn seal(&self, secret: &str, context: &str) -> Result<String> {
        let keys = self.keys(true)?;
        let key = keys.first().ok_or_else(|| Error::internal("there is no key"))?;
        let salt = base::random::<SALT>();
        let mut bytes = secret.as_bytes().to_vec();
        // The key is of this text alone, so that one nonce serves.
        key.under(&salt, context)?
            .seal_in_place_append_tag(nonce(), Aad::empty(), &mut bytes)
            .map_err(|_| Error::internal("a secret could not be sealed"))?;
        Ok(format!("{PREFIX}{}:{}", key.number(), BASE64.encode([&salt[..], &bytes].concat())))
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// `Unavailable` when its key is not there; `Internal` for a text that was changed or belongs elsewhere.
    pub fn open(&self, sealed: &str, context: &str) -> Result<String> {
        let broken = || Error::internal(format!("the secret at {context} was changed or belongs elsewhere"));
        let (number, text) =
            sealed.strip_prefix(PREFIX).and_then(|rest| rest.split_once(':')).ok_or_else(broken)?;
        let keys = self.keys(false)?;
        let key = keys.iter().find(|k| k.number() == number).ok_or_else(|| missing(number))?;
        let mut bytes = BASE64.decode(text).map_err(|_| broken())?;
        if bytes.len() < SALT {
            return Err(broken());
        }
        let mut body = bytes.split_off(SALT);
        let opened = key.under(&bytes, context)?.open_in_place(nonce(), Aad::empty(), &mut body);
        let opened = opened.map_err(|_| broken())?;
        String::from_utf8(opened.to_vec()).map_err(|_| broken())
    }

    /// Whether a text is sealed with the present key.
    ///
    /// # Errors
    /// `Unavailable` when the key file cannot be read.
    pub fn is_current(&self, sealed: &str) -> Result<bool> {
        let keys = self.keys(false)?;
        let number = sealed.strip_prefix(PREFIX).and_then(|rest| rest.split_once(':')).map(|p| p.0);
        Ok(keys.first().is_some_and(|k| Some(k.number().as_str()) == number))
    }

    /// Makes a new present key in the key file; the old ones stay until [`Sealer::forget_old`]. Nothing happens where
    /// the keys are given from outside: there, whoever gives them puts the new one first.
    ///
    /// # Errors
    /// `Unavailable` when the file cannot be written.
    pub fn begin_rotation(&self) -> Result<()> {
        let Some(file) = &self.0.file else { return Ok(()) };
        let mut keys = self.keys(true)?;
        keys.insert(0, Secret(base::random()));
        write(file, &keys)
    }

    /// Forgets every key but the present one; to be called when nothing is sealed with them any more.
    ///
    /// # Errors
    /// As [`Sealer::begin_rotation`].
    pub fn forget_old(&self) -> Result<()> {
        let Some(file) = &self.0.file else { return Ok(()) };
        let mut keys = self.keys(true)?;
        keys.truncate(1);
        write(file, &keys)
    }

    /// The keys; read from their file at first use, and made when `make` and there is none.
    fn keys(&self, make: bool) -> Result<MutexGuard<'_, Vec<Secret>>> {
        let mut keys = self.0.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = self.0.file.as_ref().filter(|_| keys.is_empty()) {
            match std::fs::read_to_string(file) {
                Ok(text) => {
                    let lines = text.lines().filter(|l| !l.trim().is_empty());
                    let read: Result<_> = lines.map(Secret::read).collect();
                    *keys = read.map_err(|e| e.at(file.display()))?;
                }
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                    if make {
                        let made = vec![Secret(base::random())];
                        write(file, &made)?;
                        *keys = made;
                    }
                }
                Err(e) => return Err(Error::from(e).at(file.display())),
            }
        }
        Ok(keys)
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the keys.
        write!(f, "Sealer")
    }
}

fn missing(number: &str) -> Error {
    Error::unavailable(format!(
        "a secret is sealed with the key {number}, which is not here. Give every node the same FOLKMOOT_SECRET_KEY \
         (earlier keys in FOLKMOOT_SECRET_KEY_OLD), or bring back the file {FILE} of the data folder."
    ))
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

/// Writes the key file beside the old one and puts it in its place; only its owner may read it.
fn write(file: &Path, keys: &[Secret]) -> Result<()> {
    use std::io::Write as _;
    let text: String = keys.iter().map(|k| BASE64.encode(k.0) + "\n").collect();
    let beside = file.with_extension("new");
    let failed = |e: std::io::Error| Error::from(e).at(file.display());
    // What an earlier attempt left behind.
    let _ = std::fs::remove_file(&beside);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&beside).map_err(failed)?;
    out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(failed)?;
    std::fs::rename(&beside, file).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let sealer = Sealer::of_folder(folder.path());
        let place = context("webhook_secrets", "secret", "whs_1");
        let sealed = sealer.seal("whsec_hush", &place).expect("sealed");
        assert!(!sealed.contains("hush") && sealed.starts_with(PREFIX));
        assert_ne!(sealed, sealer.seal("whsec_hush", &place).expect("sealed"), "no two are alike");
        assert_eq!(sealer.open(&sealed, &place).expect("opened"), "whsec_hush");
        assert!(sealer.open(&sealed, "webhook_secrets.secret:whs_2").is_err(), "another row");
        let mut changed = sealed.clone().into_bytes();
        let last = changed.len() - 3;
        changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
        assert!(sealer.open(&String::from_utf8(changed).expect("text"), &place).is_err(), "changed");
        assert!(sealer.open("plain", &place).is_err());
        // Another program on the same folder, and one on another.
        assert_eq!(Sealer::of_folder(folder.path()).open(&sealed, &place).expect("opened"), "whsec_hush");
        let other = Sealer::with_keys(&BASE64.encode([7; KEY]), "").expect("a key");
        let said = other.open(&sealed, &place).expect_err("not its key").message;
        assert!(said.contains("FOLKMOOT_SECRET_KEY"), "{said}");
        assert!(Sealer::with_keys("short", "").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn the_key_file_is_its_owners() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        Sealer::of_folder(folder.path()).seal("x", "c").expect("sealed");
        let mode = std::fs::metadata(folder.path().join(FILE)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn keys_are_changed_without_losing_anything() {
        let folder = tempfile::tempdir().expect("a folder");
        let sealer = Sealer::of_folder(folder.path());
        let old = sealer.seal("hush", "c").expect("sealed");
        sealer.begin_rotation().expect("a new key");
        assert!(!sealer.is_current(&old).expect("asked"));
        assert_eq!(sealer.open(&old, "c").expect("the old key is kept"), "hush");
        let new = sealer.seal("hush", "c").expect("sealed");
        assert!(sealer.is_current(&new).expect("asked"));
        sealer.forget_old().expect("forgotten");
        for sealer in [sealer, Sealer::of_folder(folder.path())] {
            assert_eq!(sealer.open(&new, "c").expect("opened"), "hush");
            assert!(sealer.open(&old, "c").is_err(), "its key is gone");
        }
        let keys = [BASE64.encode([1; KEY]), BASE64.encode([2; KEY])];
        let before = Sealer::with_keys(&keys[0], "").expect("a key").seal("hush", "c").expect("sealed");
        let now = Sealer::with_keys(&keys[1], &keys[0]).expect("two keys");
        assert_eq!(now.open(&before, "c").expect("opened"), "hush");
        assert!(!now.is_current(&before).expect("asked"));
    }
}
