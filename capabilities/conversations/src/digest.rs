//! A view of the conversations by mail: the first that fit.

use crate::filters::Filters;
use crate::list;
use crate::store::Decided;
use crate::view::{self, PATH};
use axum::extract::Query;
use axum::http::Uri;
use base::{Error, Result};
use capability::digest::{DigestAsk, ViewRows};
use mailer::Item;

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
    let present = ask.app.clock.now();
    let listing = ask.app.community.view(|v| {
        let decided = Decided::load(v)?;
        list::load(v, &filters, &decided, ask.principal, (present, at_most))
    })?;
    let rows: Vec<Item> = listing
        .lines
        .iter()
        .map(|l| {
            let t = &l.thread;
            let due =
                l.due.map(|due| format!(", due {}", ui::moment(due, &listing.zone))).unwrap_or_default();
            Item {
                title: view::list::name(l),
                href: format!("{}{PATH}/{}", ask.origin, t.conversation),
                note: format!(
                    "{} in {}, {}{due}",
                    t.author.name,
                    listing.places.channel(t.channel_id),
                    ui::moment(t.at, &listing.zone)
                ),
            }
        })
        .collect();
    let many = ui::format::counted(rows.len() as u64, "conversation", "conversations");
    let count = if listing.next.is_some() { format!("More than {many}") } else { many };
    Ok(ViewRows { count, rows })
}
