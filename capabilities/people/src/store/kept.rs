//! What the team keeps about a member, in one statement: links, notes, and the last contacts.

use super::list;
use super::notes::Note;
use super::pairs::LinkRow;
use base::Result;
use community::contacts::Contact;
use store::{Conn, Row};

/// What is kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Links that hold, oldest first.
    pub links: Vec<LinkRow>,
    /// Notes, newest first.
    pub notes: Vec<Note>,
    /// Contacts, newest first; at most as many as were asked for.
    pub contacts: Vec<Contact>,
}

/// What is kept about these identities.
pub(crate) fn of(c: &mut Conn<'_>, identities: &[u32], contacts: i64) -> Result<Kept> {
    let who = list(identities);
    let mut kept = Kept::default();
    c.for_each(
        &format!(
            "SELECT CAST(0 AS BIGINT) AS what, link_id AS place, public_id, left_identity, right_identity, reason,
               linked_by, linked_at, CAST(NULL AS TEXT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
             FROM identity_links
             WHERE unlinked_at IS NULL AND (left_identity IN ({who}) OR right_identity IN ({who}))
             UNION ALL SELECT 1, -note_id, public_id, identity, 0, text, written_by, written_at, NULL, edited_at, NULL
             FROM member_notes WHERE identity IN ({who}) AND removed_at IS NULL
             UNION ALL SELECT 2, -contact_id, public_id, identity, place, why, made_by, made_at, text, ordering, key_hash
             FROM (SELECT * FROM contacts WHERE identity IN ({who}) AND removed_at IS NULL
               ORDER BY made_at DESC, contact_id DESC LIMIT $1) last
             ORDER BY what, place"
        ),
        &[contacts.into()],
        |r| {
            match r.int(0)? {
                0 => kept.links.push(link(r)?),
                1 => kept.notes.push(note(r)?),
                _ => kept.contacts.push(contact(r)?),
            }
            Ok(())
        },
    )?;
    // They came by number, which settles equal times.
    kept.contacts.sort_by_key(|c| std::cmp::Reverse(c.made_at));
    Ok(kept)
}

fn link(r: &Row<'_>) -> Result<LinkRow> {
    Ok(LinkRow {
        public_id: r.text(2)?,
        left: r.int(3)? as u32,
        right: r.int(4)? as u32,
        reason: r.text(5)?,
        by: r.text(6)?,
        at: r.int(7)?,
    })
}

fn note(r: &Row<'_>) -> Result<Note> {
    Ok(Note {
        public_id: r.text(2)?,
        identity: r.int(3)? as u32,
        text: r.text(5)?,
        written_by: r.text(6)?,
        written_at: r.int(7)?,
        edited_at: r.opt_int(9)?,
    })
}

fn contact(r: &Row<'_>) -> Result<Contact> {
    let conversation = match (r.opt_int(4)?, r.opt_int(9)?, r.opt_int(10)?) {
        (Some(place), Some(ordering), Some(hash)) => Some((place, ordering, hash)),
        _ => None,
    };
    Ok(Contact {
        public_id: r.text(2)?,
        identity: r.int(3)? as u32,
        conversation,
        why: r.text(5)?,
        text: r.text(8)?,
        made_by: r.text(6)?,
        made_at: r.int(7)?,
    })
}
