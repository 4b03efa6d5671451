//! Contacts: that somebody of the team wrote to a member, so that nobody writes twice and the next import can
//! say whether the person came back.

use base::{Error, Micros, Result, TypeId};
use store::{Conn, Param, Row};

/// For how long colleagues are told of a contact: 14 days.
pub const WARN_MICROS: Micros = 14 * 86_400 * 1_000_000;

/// The longest text that is kept with a contact, in bytes.
pub const TEXT_MAX: usize = 20_000;

/// One contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Its id for people and programs, `con_…`.
    pub public_id: String,
    /// The identity that was written to.
    pub identity: u32,
    /// The key (place, ordering, hash) of the conversation it was about, if it was about one.
    pub conversation: Option<(i64, i64, i64)>,
    /// Why, in a few words ("greeted", "answered a question").
    pub why: String,
    /// What was written.
    pub text: String,
    /// Who of the team.
    pub made_by: String,
    /// When.
    pub made_at: Micros,
}

/// What [`record`] takes.
#[derive(Clone, Debug)]
pub struct NewContact<'a> {
    /// The identity that was written to.
    pub identity: u32,
    /// The key of the conversation it was about.
    pub conversation: Option<(i64, i64, i64)>,
    /// Why, in a few words.
    pub why: &'a str,
    /// What was written; may be empty.
    pub text: &'a str,
    /// Who of the team.
    pub by: &'a str,
}

const SELECT: &str =
    "SELECT public_id, identity, place, ordering, key_hash, why, text, made_by, made_at FROM contacts";

fn read(r: &Row<'_>) -> Result<Contact> {
    let conversation = match (r.opt_int(2)?, r.opt_int(3)?, r.opt_int(4)?) {
        (Some(place), Some(ordering), Some(hash)) => Some((place, ordering, hash)),
        _ => None,
    };
    Ok(Contact {
        public_id: r.text(0)?,
        identity: r.int(1)? as u32,
        conversation,
        why: r.text(5)?,
        text: r.text(6)?,
        made_by: r.text(7)?,
        made_at: r.int(8)?,
    })
}

/// Keeps a contact; returns its id.
///
/// # Errors
/// `Invalid` without a reason or with a text that is too long.
pub fn record(tx: &mut Conn<'_>, new: &NewContact<'_>, now: Micros) -> Result<String> {
    let why = new.why.trim();
    if why.is_empty() {
        return Err(Error::invalid("a contact needs a reason: say in a few words why you wrote"));
    }
    if new.text.len() > TEXT_MAX {
        return Err(Error::invalid(format!("the text of a contact has at most {TEXT_MAX} bytes")));
    }
    let id = TypeId::new("con", now);
    let key = new.conversation;
    tx.execute(
        "INSERT INTO contacts (public_id, identity, place, ordering, key_hash, why, text, made_by, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            id.as_str().into(),
            new.identity.into(),
            key.map(|k| k.0).into(),
            key.map(|k| k.1).into(),
            key.map(|k| k.2).into(),
            why.into(),
            new.text.into(),
            new.by.into(),
            now.into(),
        ],
    )?;
    Ok(id.as_str().to_owned())
}

/// Takes a contact back that was recorded by mistake.
///
/// # Errors
/// `NotFound` when there is no such contact.
pub fn remove(tx: &mut Conn<'_>, id: &str, by: &str, now: Micros) -> Result<()> {
    let changed = tx.execute(
        "UPDATE contacts SET removed_by = $1, removed_at = $2 WHERE public_id = $3 AND removed_at IS NULL",
        &[by.into(), now.into(), id.into()],
    )?;
    if changed == 0 {
        return Err(Error::not_found(format!("there is no contact {id}; it may have been taken back")));
    }
    Ok(())
}

/// Contacts with these identities since then, newest first; `None` for every identity. At most `limit`.
///
/// # Errors
/// When the database says no.
pub fn recent(
    c: &mut Conn<'_>,
    identities: Option<&[u32]>,
    since: Micros,
    limit: i64,
) -> Result<Vec<Contact>> {
    let mut sql = format!("{SELECT} WHERE made_at >= $1 AND removed_at IS NULL");
    if let Some(identities) = identities {
        if identities.is_empty() {
            return Ok(Vec::new());
        }
        let list: Vec<String> = identities.iter().map(u32::to_string).collect();
        sql.push_str(&format!(" AND identity IN ({})", list.join(",")));
    }
    sql.push_str(" ORDER BY made_at DESC, contact_id DESC LIMIT $2");
    let parameters: [Param<'_>; 2] = [since.into(), limit.into()];
    c.query(&sql, &parameters, read)
}
