//! A view of the members by mail: how many fit, and the first of them.

use crate::filters::Filters;
use crate::members::{self, Line, Selection};
use crate::view::PATH;
use axum::extract::Query;
use axum::http::Uri;
use base::{Error, Result};
use capability::digest::{DigestAsk, ViewRows};
use mailer::Item;
use ui::format;

/// The rows of a view.
///
/// # Errors
/// `Invalid` or `NotFound` for filters that mean nothing any more.
pub(crate) fn give(ask: &DigestAsk<'_>, query: &str, at_most: usize) -> Result<ViewRows> {
    let unread = |_| Error::invalid("its filters cannot be read");
    let uri: Uri =
        format!("{PATH}?{query}").parse().map_err(|_| Error::invalid("its filters cannot be read"))?;
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&uri).map_err(unread)?;
    let filters = Filters::read(&pairs)?;
    let app = ask.app;
    let (total, lines) = app.community.view(|view| {
        let selection = Selection::load(&app.community, view, &filters)?;
        let page = selection.page(&filters, at_most);
        let glances: Vec<_> = page.rows.iter().map(|g| **g).collect();
        Ok((page.total, members::lines(view, &selection.roster, &glances)?))
    })?;
    Ok(ViewRows {
        count: format::counted(total as u64, "member", "members"),
        rows: lines.iter().map(|l| item(l, ask.origin)).collect(),
    })
}

fn item(line: &Line, origin: &str) -> Item {
    let last = match line.glance.last() {
        Some(day) => format!("last active {}", format::day_short(day, true)),
        None => "never active".to_owned(),
    };
    Item {
        title: line.title().to_owned(),
        href: format!("{origin}{PATH}/{}", line.public_id()),
        note: format!("{}, {last}", line.standing.title()),
    }
}
