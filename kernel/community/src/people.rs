//! Linking identities into members, and taking links back.

use crate::graph;
use base::{Error, Micros, Result, TypeId};
use store::{Conn, Row};

/// One account at one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its number, as in every roll-up.
    pub identity: u32,
    /// Its id for people and programs, `idn_…`.
    pub public_id: String,
    /// Its source's name.
    pub source: String,
    /// The source's own id.
    pub external_id: String,
    /// The name people read.
    pub name: Option<String>,
    /// The handle.
    pub handle: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether it is a bot, by the source or by the community's list.
    pub bot: bool,
    /// Whether the community's rules call it staff.
    pub staff: bool,
}

impl Identity {
    /// What to call it on a page.
    pub fn title(&self) -> &str {
        self.name.as_deref().or(self.handle.as_deref()).unwrap_or(&self.external_id)
    }

    /// Whether the person was erased: then nothing here names them.
    pub fn is_erased(&self) -> bool {
        self.external_id.starts_with(crate::erase::MARK)
    }

    /// Reads one whose columns are the first of a row.
    ///
    /// # Errors
    /// When they are not those of [`IDENTITY_COLUMNS`].
    pub fn read(r: &Row<'_>) -> Result<Self> {
        Ok(Self {
            identity: r.int(0)? as u32,
            public_id: r.text(1)?,
            source: r.text(2)?,
            external_id: r.text(3)?,
            name: r.opt_text(4)?,
            handle: r.opt_text(5)?,
            email: r.opt_text(6)?,
            bot: r.flag(7)? || r.flag(8)?,
            staff: r.flag(9)?,
        })
    }
}

/// What [`Identity::read`] reads, of `identities i` and its source `s`: for capabilities that join tables of their own.
pub const IDENTITY_COLUMNS: &str = "i.identity, i.public_id, s.name, i.external_id, i.name, i.handle, i.email, i.bot, \
     i.marked_bot, i.staff";

const FROM_IDENTITIES: &str = "FROM identities i JOIN sources s ON s.source_id = i.source_id";

/// The identity that is meant by `SOURCE:ID`, `SOURCE:HANDLE` or a public id.
///
/// # Errors
/// `NotFound` with how to name one; `Conflict` when a handle fits several.
pub fn get_identity(c: &mut Conn<'_>, text: &str) -> Result<Identity> {
    if text.starts_with("idn_") {
        return c
            .query_opt(
                &format!("SELECT {IDENTITY_COLUMNS} {FROM_IDENTITIES} WHERE i.public_id = $1"),
                &[text.into()],
                Identity::read,
            )?
            .ok_or_else(|| Error::not_found(format!("there is no identity {text}")));
    }
    let Some((source, who)) = text.split_once(':') else {
        return Err(Error::invalid(format!(
            "\"{text}\" names no identity; write SOURCE:ID (for example slack:U024BE7LH) or its id idn_…"
        )));
    };
    let source = crate::sources::get(c, source)?;
    let mut found = c.query(
        &format!("SELECT {IDENTITY_COLUMNS} {FROM_IDENTITIES} WHERE i.source_id = $1 AND i.external_id = $2"),
        &[source.source_id.into(), who.into()],
        Identity::read,
    )?;
    if found.is_empty() {
        found = c.query(
            &format!("SELECT {IDENTITY_COLUMNS} {FROM_IDENTITIES} WHERE i.source_id = $1 AND (i.handle = $2 OR i.name = $2) ORDER BY i.identity LIMIT 2"),
            &[source.source_id.into(), who.into()],
            Identity::read,
        )?;
    }
    match found.len() {
        0 => Err(Error::not_found(format!(
            "source \"{}\" has nobody with the id, handle or name \"{who}\"",
            source.name
        ))),
        1 => Ok(found.remove(0)),
        _ => Err(Error::conflict(format!(
            "several people at \"{}\" are called \"{who}\"; use the id ({} or {})",
            source.name, found[0].external_id, found[1].external_id
        ))),
    }
}

/// Identities by number, for pages.
///
/// # Errors
/// When the database says no.
pub fn identities(c: &mut Conn<'_>, numbers: &[u32]) -> Result<Vec<Identity>> {
    let mut out = Vec::with_capacity(numbers.len());
    for chunk in numbers.chunks(500) {
        let list: Vec<String> = chunk.iter().map(u32::to_string).collect();
        out.extend(c.query(
            &format!("SELECT {IDENTITY_COLUMNS} {FROM_IDENTITIES} WHERE i.identity IN ({})", list.join(",")),
            &[],
            Identity::read,
        )?);
    }
    Ok(out)
}

/// A link between two identities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its id for people and programs, `lnk_…`.
    pub public_id: String,
    /// One identity's id.
    pub left: String,
    /// The other's.
    pub right: String,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub linked_by: String,
    /// When.
    pub linked_at: Micros,
    /// When it was taken back.
    pub unlinked_at: Option<Micros>,
    /// Why it was taken back.
    pub unlinked_reason: Option<String>,
}

/// Every link, newest first, those taken back included.
///
/// # Errors
/// When the database says no.
pub fn links(c: &mut Conn<'_>) -> Result<Vec<Link>> {
    c.query(
        "SELECT l.public_id, a.public_id, b.public_id, l.reason, l.linked_by, l.linked_at, l.unlinked_at,
           l.unlinked_reason
         FROM identity_links l JOIN identities a ON a.identity = l.left_identity
         JOIN identities b ON b.identity = l.right_identity ORDER BY l.link_id DESC",
        &[],
        |r| {
            Ok(Link {
                public_id: r.text(0)?,
                left: r.text(1)?,
                right: r.text(2)?,
                reason: r.text(3)?,
                linked_by: r.text(4)?,
                linked_at: r.int(5)?,
                unlinked_at: r.opt_int(6)?,
                unlinked_reason: r.opt_text(7)?,
            })
        },
    )
}

/// Says that two identities are one person; returns the link's id.
///
/// # Errors
/// `Invalid` without a reason or for one and the same identity, `Conflict` when they are linked already.
pub fn link(
    tx: &mut Conn<'_>,
    a: &Identity,
    b: &Identity,
    reason: &str,
    by: &str,
    now: Micros,
) -> Result<String> {
    let reason = needed_reason(reason)?;
    if a.identity == b.identity {
        return Err(Error::invalid("an identity cannot be linked with itself"));
    }
    let (low, high) = (a.identity.min(b.identity), a.identity.max(b.identity));
    let known = tx.query_opt(
        "SELECT public_id FROM identity_links
         WHERE left_identity = $1 AND right_identity = $2 AND unlinked_at IS NULL",
        &[low.into(), high.into()],
        |r| r.text(0),
    )?;
    if let Some(known) = known {
        return Err(Error::conflict(format!("these two are linked already ({known})")));
    }
    let id = TypeId::new("lnk", now);
    tx.execute(
        "INSERT INTO identity_links (public_id, left_identity, right_identity, reason, linked_by, linked_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[id.as_str().into(), low.into(), high.into(), reason.into(), by.into(), now.into()],
    )?;
    graph::touch(tx)?;
    let about = serde_json::json!({ "link": id.as_str(), "identities": [a.public_id, b.public_id] });
    jobs::outbox::tell(tx, "member.linked", &about, now)?;
    Ok(id.as_str().to_owned())
}

/// Takes a link back.
///
/// # Errors
/// `NotFound` for an unknown id, `Conflict` when it was taken back already, `Invalid` without a reason.
pub fn unlink(tx: &mut Conn<'_>, link: &str, reason: &str, by: &str, now: Micros) -> Result<()> {
    let reason = needed_reason(reason)?;
    let state =
        tx.query_opt("SELECT unlinked_at FROM identity_links WHERE public_id = $1", &[link.into()], |r| {
            r.opt_int(0)
        })?;
    match state {
        None => {
            return Err(Error::not_found(format!(
                "there is no link {link}; `folkmoot members links` lists them"
            )));
        }
        Some(Some(_)) => return Err(Error::conflict(format!("link {link} was taken back already"))),
        Some(None) => {}
    }
    tx.execute(
        "UPDATE identity_links SET unlinked_at = $1, unlinked_by = $2, unlinked_reason = $3 WHERE public_id = $4",
        &[now.into(), by.into(), reason.into(), link.into()],
    )?;
    graph::touch(tx)?;
    jobs::outbox::tell(tx, "member.unlinked", &serde_json::json!({ "link": link }), now)
}

fn needed_reason(reason: &str) -> Result<&str> {
    match reason.trim() {
        "" => Err(Error::invalid("a link needs a reason: say why these are one person, or no longer")),
        r => Ok(r),
    }
}
