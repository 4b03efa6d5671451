//! What the palette finds of people.

use crate::store;
use crate::view::href;
use base::Result;
use capability::{App, PaletteEntry, Principal};

/// Members by name, handle, e-mail address or id, and the pages of this area.
pub(crate) fn find(app: &App, _: &Principal, asked: &str, most: usize) -> Result<Vec<PaletteEntry>> {
    let mut found = capability::palette::fixed(
        asked,
        &[
            ("Pages", "Suggested links", "/desk/members/suggestions", "link"),
            ("Pages", "Contacts", "/desk/contacts", "send"),
            ("Pages", "Members who are going quiet", "/desk/members?state=quiet", "users"),
            ("Pages", "New members", "/desk/members?state=new&sort=newest", "users"),
        ],
    );
    if asked.trim().chars().count() < 2 {
        return Ok(found);
    }
    let hits = app.db.read(|c| store::search(c, asked, 0, most as i64))?;
    found.extend(hits.into_iter().map(|i| PaletteEntry {
        group: "Members".into(),
        title: i.title().to_owned(),
        hint: i.source.clone(),
        href: href(&i.public_id),
        icon: "users".into(),
    }));
    Ok(found)
}
