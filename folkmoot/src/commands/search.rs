//! `folkmoot search`: the same hits as the page's, as lines or as JSON.

use super::json;
use crate::cli::SearchArgs;
use crate::out::{Out, when};
use base::Result;
use capability::App;
use search::{Asked, Page};

/// Searches. Without a server the index may be behind: then it is brought up first.
pub fn search(app: &App, args: &SearchArgs, out: &mut dyn Out) -> Result<()> {
    let Some(query) = args.query.as_ref().filter(|_| !args.rebuild) else {
        return rebuild(app, args.json, out);
    };
    community::search::follow(&app.db, app.stop_flag())?;
    let mut asked = Asked::read(&[("type".into(), args.kind.clone())])?;
    (asked.q, asked.newest) = (query.clone(), args.newest);
    let found = search::find(app, &asked, Some(args.limit.clamp(1, 1_000)))?;
    if args.json {
        return out.line(&json(&search::answer(&found)?)?);
    }
    match found.page.as_ref().map_err(Clone::clone)? {
        Page::Messages(hits) => {
            for h in &hits.hits {
                let who = h.author.as_ref().map_or("nobody named", |a| a.title());
                let channel = found.channel(h.channel_id).map_or("", |c| c.name.as_str());
                let text: String =
                    h.title.iter().chain([&h.excerpt]).flatten().map(|p| p.text.as_str()).collect();
                out.line(&format!("{}  {who} in {channel}: {text}", when(h.at)))?;
            }
            let more = if hits.more { "more than " } else { "" };
            out.note(&format!("{more}{} found", hits.found))
        }
        Page::Members(members, all) => {
            for m in members {
                out.line(&format!("{}  {} ({})", m.id, m.identity.title(), m.identity.source))?;
            }
            out.note(&format!("{all} found"))
        }
        Page::Channels(channels, all) => {
            for c in channels {
                let source = found.source(c.source_id).map_or("", |s| s.name.as_str());
                out.line(&format!("{}  {} ({source})", c.channel_id, c.name))?;
            }
            out.note(&format!("{all} found"))
        }
    }
}

/// Makes the index anew.
fn rebuild(app: &App, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let written = community::search::rebuild(&app.db, app.stop_flag())?;
    if as_json {
        return out.line(&json(&serde_json::json!({ "written": written }))?);
    }
    out.line(if app.is_stopping() {
        "Told to end: the search index is made anew from where it stopped at the next start."
    } else {
        "The search index was made anew from the log."
    })
}
