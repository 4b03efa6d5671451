//! Identities with the tags that they have.

use super::list;
use base::Result;
use community::people::{IDENTITY_COLUMNS, Identity};
use std::collections::HashMap;
use store::Conn;

/// Identities with their tags, both by the identity's number.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub identities: HashMap<u32, Identity>,
    pub tags: HashMap<u32, Vec<String>>,
}

/// What is known of these identities. One statement for up to 2,000.
pub(crate) fn of(c: &mut Conn<'_>, numbers: &[u32]) -> Result<Known> {
    let mut known = Known::default();
    for chunk in numbers.chunks(2_000) {
        c.for_each(
            &format!(
                "SELECT {IDENTITY_COLUMNS}, t.tag FROM identities i JOIN sources s ON s.source_id = i.source_id
                 LEFT JOIN member_tags t ON t.identity = i.identity AND t.removed_at IS NULL
                 WHERE i.identity IN ({}) ORDER BY t.tag",
                list(chunk)
            ),
            &[],
            |r| {
                let identity = Identity::read(r)?;
                if let Some(tag) = r.opt_text(10)? {
                    known.tags.entry(identity.identity).or_default().push(tag);
                }
                known.identities.insert(identity.identity, identity);
                Ok(())
            },
        )?;
    }
    Ok(known)
}
