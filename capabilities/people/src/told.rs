//! What is told to the audit log: that something was done to whose file, never what a note or a contact says.

use base::{Micros, Result};
use capability::audit::{self, Change};
use capability::{Permission, Principal};
use store::Conn;

/// Who does something, and when.
pub(crate) type Signed<'a> = (&'a Principal, Micros);

/// Tells it of somebody's file, by the id that it has in addresses.
pub(crate) fn told(
    tx: &mut Conn<'_>,
    (by, now): Signed<'_>,
    permission: Permission,
    subject: &str,
    title: &str,
) -> Result<()> {
    audit::record(tx, by, now, &Change { action: permission.id, subject, title, ..Change::default() })
}

/// Tells it of both files of a pair.
pub(crate) fn told_both(
    tx: &mut Conn<'_>,
    (by, now): Signed<'_>,
    (left, right): (&str, &str),
    title: &str,
) -> Result<()> {
    let action = crate::LINK_IDENTITIES.id;
    for (subject, other) in [(left, right), (right, left)] {
        let title = format!("{title} {other}");
        audit::record(tx, by, now, &Change { action, subject, title: &title, ..Change::default() })?;
    }
    Ok(())
}
