//! Whose file a note, a contact or a link belongs to.

use base::{Error, Result};
use store::Conn;

/// The identity that a note is about.
///
/// # Errors
/// `NotFound` when there is no such note.
pub(crate) fn of_note(c: &mut Conn<'_>, note: &str) -> Result<String> {
    c.query_opt(
        "SELECT i.public_id FROM member_notes n JOIN identities i ON i.identity = n.identity WHERE n.public_id = $1",
        &[note.into()],
        |r| r.text(0),
    )?
    .ok_or_else(|| Error::not_found(format!("there is no note {note}; it may have been removed")))
}

/// The identity that a contact is about.
///
/// # Errors
/// `NotFound` when there is no such contact.
pub(crate) fn of_contact(c: &mut Conn<'_>, contact: &str) -> Result<String> {
    c.query_opt(
        "SELECT i.public_id FROM contacts t JOIN identities i ON i.identity = t.identity WHERE t.public_id = $1",
        &[contact.into()],
        |r| r.text(0),
    )?
    .ok_or_else(|| Error::not_found(format!("there is no contact {contact}; it may have been taken back")))
}

/// The identities of a link.
///
/// # Errors
/// `NotFound` when there is no such link.
pub(crate) fn of_link(c: &mut Conn<'_>, link: &str) -> Result<(String, String)> {
    c.query_opt(
        "SELECT a.public_id, b.public_id FROM identity_links l JOIN identities a ON a.identity = l.left_identity
         JOIN identities b ON b.identity = l.right_identity WHERE l.public_id = $1",
        &[link.into()],
        |r| Ok((r.text(0)?, r.text(1)?)),
    )?
    .ok_or_else(|| Error::not_found(format!("there is no link {link}")))
}
