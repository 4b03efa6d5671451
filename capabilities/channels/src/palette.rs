//! What the palette finds of channels.

use crate::PATH;
use base::Result;
use capability::{App, PaletteEntry, Principal};

/// Channels whose name or source holds the text.
pub(crate) fn find(app: &App, who: &Principal, text: &str, most: usize) -> Result<Vec<PaletteEntry>> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let reach = who.reach(crate::SEE);
    let text = text.trim().trim_start_matches('#').to_lowercase();
    let (channels, sources) =
        app.db.read(|c| Ok((community::sources::channels(c)?, community::sources::list(c)?)))?;
    let mut found: Vec<PaletteEntry> = channels
        .iter()
        .filter(|c| reach.allows(c.source_id, c.channel_id) && c.name.to_lowercase().contains(&text))
        .map(|c| PaletteEntry {
            group: "Channels".into(),
            title: format!("#{}", c.name),
            hint: sources
                .iter()
                .find(|s| s.source_id == c.source_id)
                .map(|s| s.name.clone())
                .unwrap_or_default(),
            href: format!("{PATH}/{}", c.channel_id),
            icon: "hash".into(),
        })
        .collect();
    found.sort_by_key(|e| (!e.title[1..].to_lowercase().starts_with(&text), e.title.len()));
    found.truncate(most);
    Ok(found)
}
