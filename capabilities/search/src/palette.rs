//! What the palette finds here: members and channels by name, then the best messages.

use crate::{Asked, PATH};
use base::Result;
use capability::{App, PaletteEntry, Principal};
use community::search::{Piece, Query, Search, Sort};

/// Members and channels whose name a text fits, and the best few messages with its words. Blocks.
///
/// # Errors
/// When the database says no.
pub fn palette(app: &App, text: &str, limit: usize) -> Result<Vec<PaletteEntry>> {
    let Ok(query) = Query::parse(text) else { return Ok(Vec::new()) };
    let name = query.text();
    if name.is_empty() || limit == 0 {
        return Ok(Vec::new());
    }
    app.db.read(|c| {
        let mut search = Search::open(&app.community, c)?;
        let mut out = members(&mut search, &name, limit.div_ceil(3))?;
        out.extend(channels(&search, &name, limit.div_ceil(4)));
        let rest = limit.saturating_sub(out.len() + 1).min(5);
        // A filter that fits nothing finds no message; names may still fit.
        let hits = search.messages(&query, Sort::Best, None, rest).unwrap_or_default();
        for hit in &hits.hits {
            let Some(conversation) = hit.conversation_id else { continue };
            out.push(PaletteEntry {
                group: "Messages".into(),
                title: words(hit.title.as_deref().unwrap_or(&hit.excerpt)),
                hint: hit.author.as_ref().map(|a| a.title().to_owned()).unwrap_or_default(),
                href: format!("/desk/conversations/{conversation}#m{}", hit.seq),
                icon: "message-square".into(),
            });
        }
        if hits.found > 0 || hits.more {
            let asked = Asked { q: text.trim().to_owned(), ..Asked::default() };
            out.push(PaletteEntry {
                group: "Messages".into(),
                title: format!("All messages with “{}”", text.trim()),
                hint: if hits.more { format!("more than {}", hits.found) } else { hits.found.to_string() },
                href: format!("{PATH}{}", asked.address()),
                icon: "search".into(),
            });
        }
        out.truncate(limit);
        Ok(out)
    })
}

/// The same as a manifest wants it.
pub(crate) fn find(app: &App, _: &Principal, text: &str, limit: usize) -> Result<Vec<PaletteEntry>> {
    palette(app, text, limit)
}

fn members(search: &mut Search<'_, '_>, name: &str, limit: usize) -> Result<Vec<PaletteEntry>> {
    let (members, _) = search.members(name, 0, limit)?;
    let entry = |m: &community::search::MemberHit| PaletteEntry {
        group: "Members".into(),
        title: m.identity.title().to_owned(),
        hint: m.identity.source.clone(),
        href: format!("/desk/members/{}", m.id),
        icon: "user".into(),
    };
    Ok(members.iter().map(entry).collect())
}

fn channels(search: &Search<'_, '_>, name: &str, limit: usize) -> Vec<PaletteEntry> {
    let source = |id: i64| search.sources().iter().find(|s| s.source_id == id).map(|s| s.name.clone());
    let found = search.channels_named(name).into_iter().take(limit);
    found
        .map(|c| PaletteEntry {
            group: "Channels".into(),
            title: c.name.clone(),
            hint: source(c.source_id).unwrap_or_default(),
            href: format!("/desk/channels/{}", c.channel_id),
            icon: "hash".into(),
        })
        .collect()
}

/// The beginning of a text without its marks.
fn words(pieces: &[Piece]) -> String {
    let all: String = pieces.iter().map(|p| p.text.as_str()).collect();
    match all.char_indices().nth(90) {
        Some((end, _)) => format!("{}…", all[..end].trim_end()),
        None => all,
    }
}
