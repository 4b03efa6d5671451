//! The audit log: every change and every reading of personal files, in a chain of hashes.
//!
//! An entry is written in the transaction of what it tells ([`record`]), so that neither is there without the
//! other. Whatever a route changes without telling it itself is told by the guard in the general words that it
//! knows: nothing that succeeded goes unwritten. Readings are collected and written a moment later
//! ([`Readings`]).
//!
//! `chain` is SHA-256 over the chain of the entry before and this entry's own fields. Names, addresses, and values
//! before and after can be personal and may have to be erased: the chain takes in only a salted hash of them, so
//! that it stays provable without them.

mod list;
mod readings;

pub use list::{AuditEntry, Filter, keep_since, list, newest, verify};
pub use readings::Readings;

use crate::principal::Principal;
use crate::secret::{random_token, sha256_hex};
use base::{Micros, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{Conn, Dialect};

/// What happened, in the words of whoever did it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change<'a> {
    /// `capability.verb_noun`, mostly the permission's id (`settings.manage_accounts`).
    pub action: &'a str,
    /// The public id or the name of what was changed.
    pub subject: &'a str,
    /// What happened, in words ("Made the account of Ana").
    pub title: &'a str,
    /// The value before; empty when there was none.
    pub before: &'a str,
    /// The value after; empty when there is none.
    pub after: &'a str,
}

/// Whether a request told the audit log what it did; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trail(Arc<AtomicBool>);

impl Trail {
    pub(crate) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_noted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Two principals are equal whatever they have told so far.
impl PartialEq for Trail {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Trail {}

/// Writes an entry in the transaction of the change itself.
///
/// # Errors
/// When the database says no.
pub fn record(tx: &mut Conn<'_>, by: &Principal, now: Micros, change: &Change<'_>) -> Result<()> {
    lock(tx)?;
    let (last, before) = tx
        .query_opt("SELECT entry_id, chain FROM audit_entries ORDER BY entry_id DESC LIMIT 1", &[], |r| {
            Ok((r.int(0)?, r.text(1)?))
        })?
        .unwrap_or_default();
    let details = Details {
        salt: random_token(),
        who: named(by),
        address: by.address.clone(),
        title: change.title.to_owned(),
        before: change.before.to_owned(),
        after: change.after.to_owned(),
    };
    let entry = Link {
        entry: last + 1,
        at: now,
        account: by.account,
        via: by.via.map_or("nobody", crate::Via::word),
        action: change.action,
        subject: change.subject,
        details_hash: &details.hash(),
    };
    insert(tx, &entry, &entry.chain(&before), &details)?;
    by.trail.note();
    Ok(())
}

/// Only one transaction at a time adds to the chain. SQLite has one writer anyway.
fn lock(tx: &mut Conn<'_>) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.execute("SELECT pg_advisory_xact_lock($1)", &[7_201_003_i64.into()])?;
    }
    Ok(())
}

fn insert(tx: &mut Conn<'_>, e: &Link<'_>, chain: &str, d: &Details) -> Result<()> {
    tx.execute(
        "INSERT INTO audit_entries (entry_id, at, account_id, via, action, subject, details_hash, chain)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            e.entry.into(),
            e.at.into(),
            e.account.into(),
            e.via.into(),
            e.action.into(),
            e.subject.into(),
            e.details_hash.into(),
            chain.into(),
        ],
    )?;
    tx.execute(
        "INSERT INTO audit_details (entry_id, salt, who, address, title, before_value, after_value)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            e.entry.into(),
            (&d.salt).into(),
            (&d.who).into(),
            (&d.address).into(),
            (&d.title).into(),
            (&d.before).into(),
            (&d.after).into(),
        ],
    )?;
    Ok(())
}

/// Who did it, as it is read later: the account may have another name by then.
fn named(by: &Principal) -> String {
    if by.email.is_empty() { by.name.clone() } else { format!("{} <{}>", by.name, by.email) }
}

/// What the chain takes in of an entry.
struct Link<'a> {
    entry: i64,
    at: Micros,
    account: Option<i64>,
    via: &'a str,
    action: &'a str,
    subject: &'a str,
    details_hash: &'a str,
}

impl Link<'_> {
    /// Its link in the chain, behind the link before. The fields stand in a JSON list, so that no two entries
    /// read alike.
    fn chain(&self, before: &str) -> String {
        let fields = serde_json::json!([
            before,
            self.entry,
            self.at,
            self.account,
            self.via,
            self.action,
            self.subject,
            self.details_hash
        ]);
        sha256_hex(&fields.to_string())
    }
}

/// What may have to be erased.
struct Details {
    salt: String,
    who: String,
    address: String,
    title: String,
    before: String,
    after: String,
}

impl Details {
    fn hash(&self) -> String {
        let fields =
            serde_json::json!([self.salt, self.who, self.address, self.title, self.before, self.after]);
        sha256_hex(&fields.to_string())
    }
}
