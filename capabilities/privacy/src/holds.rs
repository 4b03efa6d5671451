//! Legal holds: while one stands, nothing of a member or of a source is dropped, by a rule of retention or an erasure.

use crate::subject::{Subject, signature};
use crate::{MANAGE, export};
use base::{Error, Micros, Result, TypeId};
use capability::audit::{self, Change};
use capability::{App, Principal};
use std::collections::HashSet;
use store::{Conn, Priority, Row};

/// One hold.
#[derive(Clone, Debug)]
pub(crate) struct Hold {
    pub public_id: String,
    /// Of the member with this identity; with any other that is theirs.
    pub identity: Option<u32>,
    /// How that identity is called, and its public id.
    pub member: Option<(String, String)>,
    pub source_id: Option<i64>,
    pub source: Option<String>,
    pub reason: String,
    pub set_by: String,
    pub set_at: Micros,
}

impl Hold {
    /// What is held.
    pub(crate) fn what(&self) -> String {
        match (&self.member, &self.source) {
            (Some((name, _)), _) => format!("everything of {name}"),
            (None, Some(source)) => format!("everything of the source {source}"),
            (None, None) => "nothing".to_owned(),
        }
    }
}

fn read(r: &Row<'_>) -> Result<Hold> {
    Ok(Hold {
        public_id: r.text(0)?,
        identity: r.opt_int(1)?.map(|i| i as u32),
        member: r.opt_text(2)?.zip(r.opt_text(3)?),
        source_id: r.opt_int(4)?,
        source: r.opt_text(5)?,
        reason: r.text(6)?,
        set_by: r.text(7)?,
        set_at: r.int(8)?,
    })
}

/// Those that stand, newest first.
pub(crate) fn list(c: &mut Conn<'_>) -> Result<Vec<Hold>> {
    c.query(
        "SELECT h.public_id, h.identity, COALESCE(i.name, i.handle, i.external_id), i.public_id, h.source_id, s.name,
           h.reason, h.set_by, h.set_at
         FROM legal_holds h LEFT JOIN identities i ON i.identity = h.identity
         LEFT JOIN sources s ON s.source_id = h.source_id WHERE h.ended_at IS NULL ORDER BY h.hold_id DESC",
        &[],
        read,
    )
}

/// Those that hold these identities, by their numbers or by a source that one of them is of.
pub(crate) fn of(c: &mut Conn<'_>, subject: &Subject) -> Result<Vec<Hold>> {
    let numbers = subject.numbers();
    let mut all = list(c)?;
    all.retain(|h| {
        h.identity.is_some_and(|i| numbers.contains(&i))
            || h.source.as_ref().is_some_and(|s| subject.identities.iter().any(|i| i.source == *s))
    });
    Ok(all)
}

/// # Errors
/// `Conflict` that names the hold, while one stands.
pub(crate) fn refuse_while_held(c: &mut Conn<'_>, subject: &Subject) -> Result<()> {
    match of(c, subject)?.first() {
        Some(hold) => Err(Error::conflict(format!(
            "{} is under a legal hold ({}): {}. End the hold first; until then nothing is erased.",
            hold.what(),
            hold.public_id,
            hold.reason
        ))),
        None => Ok(()),
    }
}

/// The identities and sources that are held, each member's with all of theirs.
pub(crate) fn held(app: &App) -> Result<(HashSet<u32>, HashSet<i64>)> {
    app.community.view(|v| {
        let all = list(v.conn())?;
        let people = all.iter().filter_map(|h| h.identity);
        let people: HashSet<u32> = people.flat_map(|i| v.identities_with(i)).collect();
        Ok((people, all.iter().filter_map(|h| h.source_id).collect()))
    })
}

/// Who or what is to be held.
pub(crate) enum Of<'a> {
    Member(&'a str),
    Source(&'a str),
}

/// Sets one; its id.
pub(crate) fn set(app: &App, by: &Principal, of: &Of<'_>, reason: &str) -> Result<String> {
    let reason = reason.trim();
    if reason.is_empty() || reason.len() > 1_000 {
        return Err(Error::invalid(
            "a legal hold needs a reason of at most 1,000 bytes: which matter is it for?",
        ));
    }
    let subject = match of {
        Of::Member(id) => Some(app.community.view(|v| Subject::find(v, id))?),
        Of::Source(_) => None,
    };
    let now = app.clock.now();
    let id = TypeId::new("hld", now).to_string();
    app.db.write(Priority::Interactive, |tx| {
        let source = match of {
            Of::Source(name) => Some(community::sources::get(tx, name)?),
            Of::Member(_) => None,
        };
        tx.execute(
            "INSERT INTO legal_holds (public_id, identity, source_id, reason, set_by, set_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            &[
                (&id).into(),
                subject.as_ref().map(Subject::member).map(i64::from).into(),
                source.as_ref().map(|s| s.source_id).into(),
                reason.into(),
                (&signature(by)).into(),
                now.into(),
            ],
        )?;
        let about = subject.as_ref().map(|s| s.public_id().to_owned()).or(source.map(|s| s.public_id));
        let about = about.unwrap_or_default();
        let change = Change {
            action: MANAGE.id,
            subject: &about,
            title: "Set a legal hold",
            after: &id,
            ..Change::default()
        };
        audit::record(tx, by, now, &change)
    })?;
    Ok(id)
}

/// Ends one.
pub(crate) fn end(app: &App, by: &Principal, id: &str) -> Result<()> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let hold = list(tx)?.into_iter().find(|h| h.public_id == id);
        let hold =
            hold.ok_or_else(|| Error::not_found(format!("there is no legal hold {id}; it may have ended")))?;
        tx.execute(
            "UPDATE legal_holds SET ended_by = $1, ended_at = $2 WHERE public_id = $3 AND ended_at IS NULL",
            &[(&signature(by)).into(), now.into(), id.into()],
        )?;
        let about = match hold.identity {
            Some(identity) => export::public_id(tx, identity)?,
            None => hold.source.unwrap_or_default(),
        };
        let change = Change {
            action: MANAGE.id,
            subject: &about,
            title: "Ended a legal hold",
            before: id,
            ..Change::default()
        };
        audit::record(tx, by, now, &change)
    })
}
