//! A view of the channels by mail: the first that fit.

use crate::PATH;
use crate::gather::channels;
use crate::model::{Filters, Line, State};
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
    let filters = Filters::parse(&pairs)?;
    let all = channels(ask.app, ask.principal, &filters)?;
    let fitting = all.fitting(&filters);
    let now = all.now.unwrap_or_default();
    let item = |l: &Line| Item {
        title: format!("{} ({})", l.name, l.source),
        href: format!("{}{PATH}/{}", ask.origin, l.channel_id),
        note: format!(
            "{}, {}, {}",
            State::of(l, now).title(),
            format::counted(l.actives, "member active", "members active"),
            format::counted(l.messages, "message", "messages")
        ),
    };
    Ok(ViewRows {
        count: format::counted(fitting.len() as u64, "channel", "channels"),
        rows: fitting.iter().take(at_most).map(item).collect(),
    })
}
