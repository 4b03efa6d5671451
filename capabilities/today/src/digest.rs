//! Today by mail: the first of what waits, under the same headings as on the page.

use crate::gather::{Choice, gather};
use crate::model::Group;
use base::Result;
use capability::digest::{Digest, DigestAsk};
use capability::today::TodayItem;
use mailer::{Item, Section};
use ui::format;

/// Items in a mail; the rest stands on the page.
const SHOWN: usize = 12;

/// What waits for whoever asks; nothing when nothing does.
pub(crate) fn give(ask: &DigestAsk<'_>) -> Result<Option<Digest>> {
    let today = gather(ask.app, ask.principal, &Choice::default())?;
    let Some(now) = today.now.filter(|_| !today.open.is_empty()) else { return Ok(None) };
    let all = today.open.len();
    let shown = &today.open[..all.min(SHOWN)];
    let sections = [Group::Late, Group::Next, Group::Later]
        .into_iter()
        .filter_map(|group| {
            let of: Vec<&TodayItem> = shown.iter().filter(|i| Group::of(i, now) == group).collect();
            let items = of.into_iter().map(|i| item(i, ask.origin)).collect::<Vec<_>>();
            (!items.is_empty()).then(|| Section { title: group.title().into(), items, ..Section::default() })
        })
        .collect();
    let mut lead = vec![format!(
        "As of {}, the last activity that is known. {}",
        ui::moment(now, &today.zone),
        today.zone.name()
    )];
    if all > SHOWN {
        lead.push(format!("The first {SHOWN} of {all} stand here."));
    }
    Ok(Some(Digest {
        subject: match all {
            1 => "1 thing needs somebody".into(),
            n => format!("{} things need somebody", format::count(n as u64)),
        },
        lead,
        sections,
        button: ("Open Today".into(), crate::PATH.into()),
    }))
}

fn item(i: &TodayItem, origin: &str) -> Item {
    let place = if i.place.is_empty() { String::new() } else { format!(" in {}", i.place) };
    let who = if i.person.is_empty() { String::new() } else { format!("{}{place}. ", i.person) };
    Item {
        title: format!("{}: {}", i.kind.title(), i.title),
        href: if i.href.is_empty() { String::new() } else { format!("{origin}{}", i.href) },
        note: format!("{who}{}", i.why),
    }
}
