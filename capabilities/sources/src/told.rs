//! What is told to the audit log of imports and zones. The work itself goes on after the request, in transactions of its
//! own; what is told here is that somebody began it.

use ::store::Priority;
use base::Result;
use capability::audit::{self, Change};
use capability::{App, Permission, Principal};

/// Tells that something was begun; blocks.
pub(crate) fn told(
    app: &App,
    by: &Principal,
    (permission, subject): (Permission, &str),
    title: &str,
    (before, after): (&str, &str),
) -> Result<()> {
    let now = app.clock.now();
    let change = Change { action: permission.id, subject, title, before, after };
    app.db.write(Priority::Interactive, |tx| audit::record(tx, by, now, &change))
}
