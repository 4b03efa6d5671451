//! Suggested links: what a roster named, what somebody refused, and what identities have in common.

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

/// What suggestions are made of: every pair that a roster named, newest first, and everything that was refused and
/// still is, newest first. `each` gets what people have in common can be seen in: every identity that is no bot and
/// has an address or a handle, in no particular order. One statement.
pub(crate) fn evidence(
    c: &mut Conn<'_>,
    mut each: impl FnMut(Traits),
) -> Result<(Vec<Named>, Vec<Dismissal>)> {
    let (mut named, mut refused) = (Vec::new(), Vec::new());
    c.for_each(
        "SELECT CAST(0 AS BIGINT), identity, source_id, name, handle, email, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
         FROM identities WHERE bot = 0 AND marked_bot = 0 AND (email IS NOT NULL OR handle IS NOT NULL)
         UNION ALL SELECT 1, left_identity, right_identity, evidence, NULL, NULL, suggestion_id, NULL
         FROM link_suggestions
         UNION ALL SELECT 2, left_identity, right_identity, reason, dismissed_by, NULL, dismissal_id, dismissed_at
         FROM link_dismissals WHERE withdrawn_at IS NULL",
        &[],
        |r| {
            let (first, second) = (r.int(1)?, r.int(2)?);
            let (left, right) = (first as u32, second as u32);
            match r.int(0)? {
                0 => each(Traits {
                    identity: left,
                    source_id: second,
                    name: r.opt_text(3)?,
                    handle: r.opt_text(4)?,
                    email: r.opt_text(5)?,
                }),
                1 => named.push((r.int(6)?, Named { left, right, evidence: r.text(3)? })),
                _ => {
                    let (reason, by, at) = (r.text(3)?, r.text(4)?, r.int(7)?);
                    refused.push((r.int(6)?, Dismissal { left, right, reason, by, at }));
                }
            }
            Ok(())
        },
    )?;
    Ok((newest_first(named), newest_first(refused)))
}

fn newest_first<T>(mut numbered: Vec<(i64, T)>) -> Vec<T> {
    numbered.sort_unstable_by_key(|n| std::cmp::Reverse(n.0));
    numbered.into_iter().map(|n| n.1).collect()
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
