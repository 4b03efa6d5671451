//! The SQL of the team's pages.

use base::Result;
use store::Conn;

/// An account as the audit log knows it: removed ones are still there.
pub(crate) struct Known {
    pub id: i64,
    pub public_id: String,
    pub name: String,
    pub email: String,
    pub removed: bool,
}

/// Every account that there ever was, by name.
pub(crate) fn everybody(c: &mut Conn<'_>) -> Result<Vec<Known>> {
    c.query(
        "SELECT account_id, public_id, name, email, removed_at FROM accounts ORDER BY lower(name), account_id",
        &[],
        |r| {
            Ok(Known {
                id: r.int(0)?,
                public_id: r.text(1)?,
                name: r.text(2)?,
                email: r.text(3)?,
                removed: r.opt_int(4)?.is_some(),
            })
        },
    )
}
