//! Suggested links: what a roster named, what somebody refused, and what identities have in common.

use super::list;
use base::{Error, Micros, Result};
use std::collections::HashMap;
use store::Conn;

/// Two identities that a roster names in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub left: u32,
    pub right: u32,
    pub evidence: String,
}

/// Two identities that somebody said are not one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dismissal {
    pub left: u32,
    pub right: u32,
    pub reason: String,
    pub by: String,
    pub at: Micros,
}

/// What suggestions are made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traits {
    pub identity: u32,
    pub source_id: i64,
    pub name: Option<String>,
    pub handle: Option<String>,
    pub email: Option<String>,
}

fn ordered(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}

/// Every pair that a roster named, newest first.
pub(crate) fn named(c: &mut Conn<'_>) -> Result<Vec<Named>> {
    c.query(
        "SELECT left_identity, right_identity, evidence FROM link_suggestions ORDER BY suggestion_id DESC",
        &[],
        |r| Ok(Named { left: r.int(0)? as u32, right: r.int(1)? as u32, evidence: r.text(2)? }),
    )
}

/// Keeps a pair that a roster names; whether it is a new one.
pub(crate) fn name(
    tx: &mut Conn<'_>,
    pair: (u32, u32),
    evidence: &str,
    by: &str,
    now: Micros,
) -> Result<bool> {
    let (left, right) = ordered(pair.0, pair.1);
    let added = tx.execute(
        "INSERT INTO link_suggestions (left_identity, right_identity, evidence, made_by, made_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        &[left.into(), right.into(), evidence.into(), by.into(), now.into()],
    )?;
    Ok(added > 0)
}

/// Everything that was refused and still is.
pub(crate) fn dismissals(c: &mut Conn<'_>) -> Result<Vec<Dismissal>> {
    c.query(
        "SELECT left_identity, right_identity, reason, dismissed_by, dismissed_at FROM link_dismissals
         WHERE withdrawn_at IS NULL ORDER BY dismissal_id DESC",
        &[],
        |r| {
            Ok(Dismissal {
                left: r.int(0)? as u32,
                right: r.int(1)? as u32,
                reason: r.text(2)?,
                by: r.text(3)?,
                at: r.int(4)?,
            })
        },
    )
}

/// Says that two identities are not one person. Saying it again changes nothing.
///
/// # Errors
/// `Invalid` without a reason.
pub(crate) fn dismiss(
    tx: &mut Conn<'_>,
    pair: (u32, u32),
    reason: &str,
    by: &str,
    now: Micros,
) -> Result<()> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::invalid(
            "say why these two are not the same person, so that others can rely on it",
        ));
    }
    let (left, right) = ordered(pair.0, pair.1);
    tx.execute(
        "INSERT INTO link_dismissals (left_identity, right_identity, reason, dismissed_by, dismissed_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        &[left.into(), right.into(), reason.into(), by.into(), now.into()],
    )?;
    Ok(())
}

/// Takes that back.
///
/// # Errors
/// `NotFound` when nothing was said of these two.
pub(crate) fn withdraw(tx: &mut Conn<'_>, pair: (u32, u32), by: &str, now: Micros) -> Result<()> {
    let (left, right) = ordered(pair.0, pair.1);
    let changed = tx.execute(
        "UPDATE link_dismissals SET withdrawn_by = $1, withdrawn_at = $2
         WHERE left_identity = $3 AND right_identity = $4 AND withdrawn_at IS NULL",
        &[by.into(), now.into(), left.into(), right.into()],
    )?;
    if changed == 0 {
        return Err(Error::not_found("nobody said of these two that they are not the same person"));
    }
    Ok(())
}

/// What people have in common can be seen in: every identity that is no bot and has an address or a handle.
pub(crate) fn traits(c: &mut Conn<'_>, mut each: impl FnMut(Traits)) -> Result<()> {
    c.for_each(
        "SELECT identity, source_id, name, handle, email FROM identities
         WHERE bot = 0 AND marked_bot = 0 AND (email IS NOT NULL OR handle IS NOT NULL) ORDER BY identity",
        &[],
        |r| {
            each(Traits {
                identity: r.int(0)? as u32,
                source_id: r.int(1)?,
                name: r.opt_text(2)?,
                handle: r.opt_text(3)?,
                email: r.opt_text(4)?,
            });
            Ok(())
        },
    )
}

/// The identities of a source by id, handle and name, in lower case; `None` for what fits several.
pub(crate) fn names_at(c: &mut Conn<'_>, source_id: i64) -> Result<HashMap<String, Option<u32>>> {
    let mut found: HashMap<String, Option<u32>> = HashMap::new();
    let mut ids: HashMap<String, u32> = HashMap::new();
    c.for_each(
        "SELECT identity, external_id, handle, name FROM identities WHERE source_id = $1",
        &[source_id.into()],
        |r| {
            let identity = r.int(0)? as u32;
            ids.insert(r.text(1)?.to_lowercase(), identity);
            for text in [r.opt_text(2)?, r.opt_text(3)?].into_iter().flatten() {
                found
                    .entry(text.to_lowercase())
                    .and_modify(|known| *known = known.filter(|k| *k == identity))
                    .or_insert(Some(identity));
            }
            Ok(())
        },
    )?;
    // An id says exactly who is meant, whoever else is called so.
    found.extend(ids.into_iter().map(|(id, identity)| (id, Some(identity))));
    Ok(found)
}

/// The identities with each e-mail address, in lower case.
pub(crate) fn by_email(c: &mut Conn<'_>) -> Result<HashMap<String, Vec<u32>>> {
    let mut found: HashMap<String, Vec<u32>> = HashMap::new();
    c.for_each(
        "SELECT identity, email FROM identities WHERE email IS NOT NULL ORDER BY identity",
        &[],
        |r| {
            found.entry(r.text(1)?.to_lowercase()).or_default().push(r.int(0)? as u32);
            Ok(())
        },
    )?;
    Ok(found)
}

/// Links of these identities that hold: (id, left, right, reason, who, when).
pub(crate) fn links_of(c: &mut Conn<'_>, identities: &[u32]) -> Result<Vec<LinkRow>> {
    let who = list(identities);
    c.query(
        &format!(
            "SELECT public_id, left_identity, right_identity, reason, linked_by, linked_at FROM identity_links
             WHERE unlinked_at IS NULL AND (left_identity IN ({who}) OR right_identity IN ({who}))
             ORDER BY link_id"
        ),
        &[],
        |r| {
            Ok(LinkRow {
                public_id: r.text(0)?,
                left: r.int(1)? as u32,
                right: r.int(2)? as u32,
                reason: r.text(3)?,
                by: r.text(4)?,
                at: r.int(5)?,
            })
        },
    )
}

/// A link that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LinkRow {
    pub public_id: String,
    pub left: u32,
    pub right: u32,
    pub reason: String,
    pub by: String,
    pub at: Micros,
}
