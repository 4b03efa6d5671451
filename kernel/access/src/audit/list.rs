//! Reading the audit log: by filters, and link by link.

use super::{Details, Link};
use base::{Micros, Result};
use store::{Conn, Param, Row};

/// An entry as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number in the chain.
    pub entry: i64,
    /// When, UTC microseconds.
    pub at: Micros,
    /// Whose account, if it was one.
    pub account: Option<i64>,
    /// By what it was proved ("session", "token", "command line").
    pub via: String,
    /// `capability.verb_noun`.
    pub action: String,
    /// The public id or name of what it is about.
    pub subject: String,
    /// Who, as they were called then; empty when it was erased.
    pub who: String,
    /// From where.
    pub address: String,
    /// What happened, in words.
    pub title: String,
    /// The value before.
    pub before: String,
    /// The value after.
    pub after: String,
}

/// Which entries are wanted; what is empty does not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this account.
    pub account: Option<i64>,
    /// Whose action begins with this (`settings.`).
    pub action: String,
    /// About this subject.
    pub subject: String,
    /// With this text in words, values, name or subject, whatever the case.
    pub text: String,
    /// From this time on.
    pub since: Option<Micros>,
    /// Before this time.
    pub until: Option<Micros>,
    /// Before this entry; for the next page.
    pub before_entry: Option<i64>,
}

/// Entries, newest first.
///
/// # Errors
/// When the database says no.
pub fn list(c: &mut Conn<'_>, filter: &Filter, limit: i64) -> Result<Vec<AuditEntry>> {
    let action = like(&filter.action, "", "%");
    let text = like(&filter.text.to_lowercase(), "%", "%");
    let parameters: [Param<'_>; 9] = [
        filter.before_entry.unwrap_or(i64::MAX).into(),
        filter.since.unwrap_or(i64::MIN).into(),
        filter.until.unwrap_or(i64::MAX).into(),
        filter.account.unwrap_or(0).into(),
        (&action).into(),
        (&filter.subject).into(),
        (&filter.text).into(),
        (&text).into(),
        limit.into(),
    ];
    c.query(
        "SELECT e.entry_id, e.at, e.account_id, e.via, e.action, e.subject, COALESCE(d.who, ''),
                COALESCE(d.address, ''), COALESCE(d.title, ''), COALESCE(d.before_value, ''),
                COALESCE(d.after_value, '')
         FROM audit_entries e LEFT JOIN audit_details d ON d.entry_id = e.entry_id
         WHERE e.entry_id < $1 AND e.at >= $2 AND e.at < $3
           AND (e.account_id = $4 OR $4 = 0) AND e.action LIKE $5 ESCAPE '!'
           AND (e.subject = $6 OR $6 = '')
           AND ($7 = '' OR lower(e.subject || ' ' || COALESCE(d.title, '') || ' ' || COALESCE(d.who, '') || ' '
                || COALESCE(d.before_value, '') || ' ' || COALESCE(d.after_value, '')) LIKE $8 ESCAPE '!')
         ORDER BY e.entry_id DESC LIMIT $9",
        &parameters,
        entry_of,
    )
}

fn like(text: &str, before: &str, after: &str) -> String {
    let plain = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("{before}{plain}{after}")
}

fn entry_of(row: &Row<'_>) -> Result<AuditEntry> {
    Ok(AuditEntry {
        entry: row.int(0)?,
        at: row.int(1)?,
        account: row.opt_int(2)?,
        via: row.text(3)?,
        action: row.text(4)?,
        subject: row.text(5)?,
        who: row.text(6)?,
        address: row.text(7)?,
        title: row.text(8)?,
        before: row.text(9)?,
        after: row.text(10)?,
    })
}

/// The newest entry: its number, when, and its link in the chain.
///
/// # Errors
/// When the database says no.
pub fn newest(c: &mut Conn<'_>) -> Result<Option<(i64, Micros, String)>> {
    c.query_opt("SELECT entry_id, at, chain FROM audit_entries ORDER BY entry_id DESC LIMIT 1", &[], |r| {
        Ok((r.int(0)?, r.int(1)?, r.text(2)?))
    })
}

/// Removes what is older than `since`. The last entry before stays without its details, so that the chain goes on
/// from a known link. Returns how many entries went.
///
/// # Errors
/// When the database says no.
pub fn keep_since(tx: &mut Conn<'_>, since: Micros) -> Result<u64> {
    let anchor = tx.query_opt(
        "SELECT entry_id FROM audit_entries WHERE at < $1 ORDER BY entry_id DESC LIMIT 1",
        &[since.into()],
        |r| r.int(0),
    )?;
    let Some(anchor) = anchor else { return Ok(0) };
    tx.execute("DELETE FROM audit_details WHERE entry_id <= $1", &[anchor.into()])?;
    tx.execute("DELETE FROM audit_entries WHERE entry_id < $1", &[anchor.into()])
}

/// Goes over the whole chain: how many entries, and the newest link; or the first place where it does not hold.
///
/// Whoever can write the database can cut off the newest entries unseen: keep the link that this returns elsewhere
/// and compare.
///
/// # Errors
/// `Conflict` with the first entry that was changed, removed or put in; or what the database says.
pub fn verify(c: &mut Conn<'_>) -> Result<(u64, String)> {
    let (mut count, mut before, mut wanted) = (0u64, String::new(), 1i64);
    let mut broken = None;
    c.for_each(
        "SELECT e.entry_id, e.at, e.account_id, e.via, e.action, e.subject, e.details_hash, e.chain, d.salt, d.who,
                d.address, d.title, d.before_value, d.after_value
         FROM audit_entries e LEFT JOIN audit_details d ON d.entry_id = e.entry_id ORDER BY e.entry_id",
        &[],
        |r| {
            if broken.is_some() {
                return Ok(());
            }
            let (entry, chain) = (r.int(0)?, r.text(7)?);
            // What is first may be what was kept of an older part.
            let anchor = count == 0 && entry > 1;
            if !anchor {
                broken = fault(r, entry, wanted, &before, &chain)?;
            }
            (count, before, wanted) = (count + 1, chain, entry + 1);
            Ok(())
        },
    )?;
    match broken {
        Some(fault) => Err(base::Error::conflict(format!("the audit log does not hold: {fault}"))),
        None => Ok((count, before)),
    }
}

fn fault(r: &Row<'_>, entry: i64, wanted: i64, before: &str, chain: &str) -> Result<Option<String>> {
    if entry != wanted {
        return Ok(Some(format!("entry {wanted} is missing")));
    }
    let (via, action, subject, details_hash) = (r.text(3)?, r.text(4)?, r.text(5)?, r.text(6)?);
    let link = Link {
        entry,
        at: r.int(1)?,
        account: r.opt_int(2)?,
        via: &via,
        action: &action,
        subject: &subject,
        details_hash: &details_hash,
    };
    if link.chain(before) != chain {
        return Ok(Some(format!("entry {entry} or the one before it was changed")));
    }
    let Some(salt) = r.opt_text(8)? else { return Ok(None) };
    let details = Details {
        salt,
        who: r.text(9)?,
        address: r.text(10)?,
        title: r.text(11)?,
        before: r.text(12)?,
        after: r.text(13)?,
    };
    Ok((details.hash() != details_hash).then(|| format!("the details of entry {entry} were changed")))
}
