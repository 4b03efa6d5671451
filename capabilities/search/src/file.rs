//! What was found as a file.

use crate::api::plain;
use crate::model::{Asked, Found, Page, find};
use axum::extract::{Query, State};
use axum::response::Response;
use base::csv;
use capability::{App, Problem, csv_in_pieces};

/// Rows read at a time.
const PIECE: usize = 1_000;
/// The most rows in a file.
const ROWS_MAX: usize = 20_000;

/// `GET /desk/search/csv`: what the page shows, and the pages after it.
pub(crate) async fn csv(
    State(app): State<App>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> std::result::Result<Response, Problem> {
    let mut asked = Asked { cursor: String::new(), ..Asked::read(&pairs)? };
    let (first, wanted) = (asked.clone(), asked.kind.word());
    let found = app.blocking(move |app| find(app, &first, Some(PIECE))).await?;
    // What is wrong with the question is said before the file begins.
    found.page.as_ref().map_err(Clone::clone)?;
    Ok(csv_in_pieces(&format!("search-{wanted}"), move |pieces| {
        let mut file = csv::File::new(columns(&found));
        let (mut found, mut rows) = (found, 0);
        loop {
            rows += write(&mut file, &found);
            if !pieces.send(file.take()) || found.next.is_empty() || rows >= ROWS_MAX {
                return Ok(());
            }
            asked.cursor = std::mem::take(&mut found.next);
            found = find(&app, &asked, Some(PIECE))?;
        }
    }))
}

fn columns(found: &Found) -> &'static [&'static str] {
    match &found.page {
        Ok(Page::Members(..)) => &["member", "name", "handle", "email", "source"],
        Ok(Page::Channels(..)) => &["channel", "name", "category", "source", "last_activity"],
        _ => &["at", "author", "member", "source", "channel", "title", "text", "conversation", "permalink"],
    }
}

/// Writes a page; how many rows it had.
fn write(file: &mut csv::File, found: &Found) -> usize {
    let source = |id: i64| found.source(id).map_or("", |s| s.name.as_str());
    match &found.page {
        Ok(Page::Messages(hits)) => {
            for h in &hits.hits {
                let channel = found.channel(h.channel_id).map_or("", |c| c.name.as_str());
                file.text(&base::written_to_second(h.at)).text(h.author.as_ref().map_or("", |a| a.title()));
                file.text(h.member.as_deref().unwrap_or_default()).text(source(h.source_id)).text(channel);
                file.text(&h.title.as_deref().map(plain).unwrap_or_default()).text(&plain(&h.excerpt));
                match h.conversation_id {
                    Some(id) => file.figure(id),
                    None => file.empty(),
                };
                file.text(h.permalink.as_deref().unwrap_or_default()).end();
            }
            hits.hits.len()
        }
        Ok(Page::Members(members, _)) => {
            for m in members {
                let i = &m.identity;
                let text = |t: &Option<String>| t.clone().unwrap_or_default();
                file.text(&m.id).text(i.title()).text(&text(&i.handle)).text(&text(&i.email)).text(&i.source);
                file.end();
            }
            members.len()
        }
        Ok(Page::Channels(channels, _)) => {
            for c in channels {
                file.figure(c.channel_id).text(&c.name).text(c.category.as_deref().unwrap_or_default());
                file.text(source(c.source_id))
                    .text(&c.span.map(|s| base::written_to_second(s.1)).unwrap_or_default())
                    .end();
            }
            channels.len()
        }
        Err(_) => 0,
    }
}
