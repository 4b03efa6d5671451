//! What newer imports replaced: kept so that taking one back brings it back. Taking an import back must not bring back
//! what somebody erased wrote; so the earlier forms lose their texts and keep what figures need.

use super::Mentions;
use crate::Kind;
use crate::log::Body;
use base::{Error, Result};
use serde_json::Value;
use std::collections::HashSet;
use store::{Conn, Db, Priority};

/// Revisions read at a time.
const READ: i64 = 500;
/// The places of kind and identity in the row that a revision keeps (`ingest/reconcile.rs`).
const KIND: usize = 2;
const IDENTITY: usize = 4;

/// A kept form, taken apart.
struct Kept(Value);

impl Kept {
    fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map(Self)
            .map_err(|_| Error::internal("a kept revision is damaged; run `folkmoot check`"))
    }

    fn number(&self, place: usize) -> i64 {
        self.0["row"][place].as_i64().unwrap_or(0)
    }

    fn body(&self) -> Option<Body> {
        serde_json::from_value(self.0["body"].clone()).ok().flatten()
    }

    fn kind(&self) -> Kind {
        Kind(i16::try_from(self.number(KIND)).unwrap_or(0))
    }

    /// The stored text with another body.
    fn with(mut self, body: &Body) -> Result<String> {
        self.0["body"] = serde_json::to_value(body).map_err(|e| Error::internal(e.to_string()))?;
        Ok(self.0.to_string())
    }
}

fn put(tx: &mut Conn<'_>, revision: i64, text: &str) -> Result<()> {
    tx.execute("UPDATE revisions SET body = $1 WHERE revision_id = $2", &[text.into(), revision.into()])?;
    Ok(())
}

/// Drops the texts of every earlier form of a row; with `all` also by what it could be found at its source.
pub(super) fn drop_of(tx: &mut Conn<'_>, seq: i64, all: bool) -> Result<()> {
    let kept = tx.query("SELECT revision_id, body FROM revisions WHERE seq = $1", &[seq.into()], |r| {
        Ok((r.int(0)?, r.text(1)?))
    })?;
    for (revision, text) in kept {
        let kept = Kept::read(&text)?;
        let Some(mut body) = kept.body() else { continue };
        let kind = kept.kind();
        if if all { body.drop_all(kind) } else { body.drop_text(kind) } {
            let text = kept.with(&body)?;
            put(tx, revision, &text)?;
        }
    }
    Ok(())
}

/// Drops the texts of earlier forms that stood under one of these identities, whosever the row is now, and takes
/// mentions out of the others. `None` at the end; otherwise the number of the last one that was looked at, and how many
/// were changed.
///
/// # Errors
/// When the database says no.
pub fn revisions_slice(
    db: &Db,
    identities: &[u32],
    mentions: Option<&Mentions>,
    after: i64,
) -> Result<Option<(i64, u64)>> {
    let erased: HashSet<i64> = identities.iter().map(|i| i64::from(*i)).collect();
    let rows = db.read(|c| {
        c.query(
            "SELECT r.revision_id, r.body, COALESCE(a.source_id, 0) FROM revisions r
             LEFT JOIN activities a ON a.seq = r.seq WHERE r.revision_id > $1 ORDER BY r.revision_id LIMIT $2",
            &[after.into(), READ.into()],
            |r| Ok((r.int(0)?, r.text(1)?, r.int(2)?)),
        )
    })?;
    let Some(last) = rows.last().map(|r| r.0) else { return Ok(None) };
    let mut changed = Vec::new();
    for (revision, text, source) in rows {
        let kept = Kept::read(&text)?;
        let Some(mut body) = kept.body() else { continue };
        let dropped = if erased.contains(&kept.number(IDENTITY)) {
            body.drop_all(kept.kind())
        } else {
            mentions.is_some_and(|m| m.take_out(source, &mut body))
        };
        if dropped {
            changed.push((revision, kept.with(&body)?));
        }
    }
    for some in changed.chunks(100) {
        db.write(Priority::Bulk, |tx| some.iter().try_for_each(|(revision, text)| put(tx, *revision, text)))?;
    }
    Ok(Some((last, changed.len() as u64)))
}
