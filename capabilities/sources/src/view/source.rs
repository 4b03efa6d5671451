//! The page of one source: how good its data is, its channels, its imports.

use super::{card, days, hint, import_href, stack, standing_badge, when, zone_list};
use crate::model::{Quality, SourceDetail, Standing, skipped, undo_hindrance};
use crate::pages::{Offer, ZoneState, standing};
use ui::{Button, Column, Field, Look, Markup, Table, Tone, badge, definition, esc, facts, field, format};

/// How many channels the table shows; the API has all.
const CHANNELS: usize = 300;

/// The body of the page.
pub(crate) fn body(detail: &SourceDetail, state: &ZoneState, offer: &Offer) -> Markup {
    let more = format!(
        "/desk/sources/import?source={}&format={}",
        ui::encoded(&detail.source.name),
        detail.source.format
    );
    let import = Button {
        label: "Import a newer export",
        href: &more,
        icon: "upload",
        off_because: &offer.off_import,
        ..Button::default()
    };
    let sentence = format!(
        "{}, {} and {}, counted in {}.",
        format::counted(detail.activities, "activity", "activities"),
        format::counted(detail.people, "person", "people"),
        format::counted(detail.channels.len() as u64, "channel", "channels"),
        detail.zone.name()
    );
    let head = ui::page_head(&detail.source.name, &sentence, &import.markup());
    let panel = Markup::raw(format!(
        "<div class=\"split even\">{}{}</div>",
        quality(detail),
        Markup::raw(format!("<div class=\"stack\">{}{}</div>", holds(detail), zone(detail, state, offer)))
    ));
    stack(&[head, zone_news(detail, state), panel, imports(detail, offer), channels(detail)])
}

fn share(quality: &Quality, part: u64) -> Markup {
    let text = match quality.share(part) {
        Some(share) => format!(
            "{} ({} of {} rows)",
            format::share(share),
            format::count(part),
            format::count(quality.rows)
        ),
        None => "–".to_owned(),
    };
    Markup::text(&text)
}

fn quality(detail: &SourceDetail) -> Markup {
    let q = &detail.quality;
    let (first, last) = q
        .days
        .map_or(("–".to_owned(), "–".to_owned()), |(a, b)| (format::day_long(a), format::day_long(b)));
    let active = match q.span_days {
        0 => "–".to_owned(),
        n => format!("{} of {}", format::count(q.active_days), format::counted(n, "day", "days")),
    };
    let lines = [
        ("First day", Markup::text(&first)),
        ("Last day", Markup::text(&last)),
        ("Days with activity", Markup::text(&active)),
        ("Longest gaps", gaps(q)),
        ("Rows without author", share(q, q.rows_without_author)),
        ("Rows by bots", share(q, q.rows_by_bots)),
    ];
    let help = definition(
        "Rows",
        "Messages, joins, leaves and notices. Reactions and accepted answers are activities, but no rows.",
    );
    card("Data quality", &help, &facts(&lines))
}

fn gaps(q: &Quality) -> Markup {
    if q.gaps.is_empty() {
        return Markup::text(if q.span_days == 0 { "–" } else { "None: there is activity on every day" });
    }
    let items: String = q
        .gaps
        .iter()
        .map(|gap| {
            let days = if gap.first == gap.last {
                format::day_short(gap.first, true)
            } else {
                format::day_range(gap.first, gap.last)
            };
            format!(
                "<li>{} <span class=\"muted\">{}</span></li>",
                esc(&days),
                esc(&format::counted(gap.days(), "day", "days"))
            )
        })
        .collect();
    Markup::raw(format!("<ul class=\"num\">{items}</ul>"))
}

/// What this kind of export holds, as figures need it.
fn holds(detail: &SourceDetail) -> Markup {
    let s = &detail.source;
    let answer = |has: bool, without: &str| match has {
        true => badge("Yes", Tone::Good),
        false => {
            Markup::raw(format!("{} <span class=\"muted\">{}</span>", badge("No", Tone::Warn), esc(without)))
        }
    };
    let lines = [
        ("Format", Markup::text(if s.id_form.starts_with(&s.format) { &s.id_form } else { &s.format })),
        ("Reply links", answer(s.has_replies, "figures about answers say “not available: no reply links”")),
        ("Message ids", answer(s.has_message_ids, "equal messages at the same time count once")),
        ("Leaves", answer(s.has_leaves, "figures about leaving say “not available”")),
    ];
    card("What the export holds", &Markup::empty(), &facts(&lines))
}

fn zone(detail: &SourceDetail, state: &ZoneState, offer: &Offer) -> Markup {
    let s = &detail.source;
    if !s.zoneless {
        return card(
            "Time zone",
            &Markup::empty(),
            &hint("Its times carry their own zone, so nothing is assumed."),
        );
    }
    let (value, error) =
        state.typed.as_ref().map_or((s.zone.as_str(), ""), |(v, e)| (v.as_str(), e.as_str()));
    let input = field(&Field {
        label: "Zone of its times",
        name: "zone",
        value,
        hint: "Its times carry no zone; they are read in this one. A correction moves every activity and doubles none.",
        error,
        attributes: &[("list", "zones"), ("autocomplete", "off")],
        ..Field::default()
    });
    let correct = Button {
        label: "Correct zone",
        off_because: if state.running { "It is being corrected now." } else { &offer.off_zone },
        attributes: &[("data-busy", "")],
        ..Button::default()
    };
    let form = Markup::raw(format!(
        "<form class=\"stack\" method=\"post\" action=\"{}/zone\">{}{}{input}<div>{}</div></form>",
        esc(&super::source_href(s)),
        ui::hidden("csrf", &offer.csrf),
        zone_list(),
        correct.markup()
    ));
    card("Time zone", &Markup::empty(), &form)
}

/// What is to be said about a correction of the zone.
fn zone_news(detail: &SourceDetail, state: &ZoneState) -> Markup {
    let say =
        |tone, title, text: &str| ui::notice(tone, title, &Markup::raw(format!("<p>{}</p>", esc(text))));
    let zone = &detail.source.zone;
    if state.running {
        let text = "Figures change while that is under way and are right again when it is done. Load the page again to see.";
        return say(Tone::Info, &format!("Its times are being read in {zone}"), text);
    }
    match (&state.failure, state.asked) {
        (Some(failure), _) => say(Tone::Bad, "The zone was not corrected", failure),
        (None, true) => say(Tone::Good, &format!("Its times are read in {zone}"), "Every figure follows."),
        (None, false) => Markup::empty(),
    }
}

fn imports(detail: &SourceDetail, offer: &Offer) -> Markup {
    if detail.imports.is_empty() {
        let text = "Its activities came in another way; there is nothing to take back.";
        return card("Imports", &Markup::empty(), &hint(text));
    }
    let columns = [
        Column { label: "Import", ..Column::default() },
        Column { label: "Begun", rank: 2, ..Column::default() },
        Column { label: "Records", number: true, rank: 3 },
        Column { label: "Activities", number: true, ..Column::default() },
        Column { label: "Duplicates", number: true, rank: 3 },
        Column { label: "Not taken", number: true, rank: 2 },
        Column { label: "State", ..Column::default() },
        Column { label: "Undo", rank: 2, ..Column::default() },
    ];
    let rows = detail
        .imports
        .iter()
        .map(|i| {
            let at = standing(i);
            let begun = format!("{} by {}", when(i.started_at, &detail.zone), i.started_by);
            vec![
                Markup::raw(format!("<a href=\"{}\">{}</a>", esc(&import_href(i)), esc(&i.input))),
                Markup::text(&begun),
                Markup::text(&format::count(i.summary.records)),
                Markup::text(&format::count(i.summary.activities)),
                Markup::text(&format::count(i.summary.duplicates)),
                Markup::text(&format::count(skipped(i))),
                standing_badge(at),
                undo(detail, i, at, offer),
            ]
        })
        .collect();
    let table = ui::table(&Table { caption: "Imports, newest first", columns: &columns, rows });
    ui::card("imports", "Imports", &Markup::empty(), &table, &Markup::empty())
}

fn undo(
    detail: &SourceDetail,
    import: &connect::import::ImportRecord,
    at: Standing,
    offer: &Offer,
) -> Markup {
    if matches!(at, Standing::Undone | Standing::Undoing | Standing::Running) {
        return Markup::text("–");
    }
    if undo_hindrance(import, at, &detail.imports).is_some() {
        return Markup::raw("<span class=\"muted sm\">after newer ones</span>");
    }
    if !offer.off_undo.is_empty() {
        return Markup::empty();
    }
    let href = format!("{}/undo", import_href(import));
    Button { label: "Undo", href: &href, look: Look::DangerQuiet, small: true, ..Button::default() }.markup()
}

fn channels(detail: &SourceDetail) -> Markup {
    if detail.channels.is_empty() {
        return Markup::empty();
    }
    let columns = [
        Column { label: "Channel", ..Column::default() },
        Column { label: "Category", rank: 3, ..Column::default() },
        Column { label: "Activities", number: true, ..Column::default() },
        Column { label: "First and last activity", rank: 2, ..Column::default() },
    ];
    let rows = detail
        .channels
        .iter()
        .take(CHANNELS)
        .map(|line| {
            let private = if line.channel.private {
                badge("Private", Tone::Neutral).into_string()
            } else {
                String::new()
            };
            vec![
                Markup::raw(format!("{} {private}", esc(&line.channel.name))),
                Markup::text(line.channel.category.as_deref().unwrap_or("–")),
                Markup::text(&format::count(line.activities)),
                Markup::text(&days(line.channel.span, &detail.zone)),
            ]
        })
        .collect();
    let all = detail.channels.len();
    let foot = if all > CHANNELS {
        Markup::text(&format!(
            "The {CHANNELS} most active of {}.",
            format::counted(all as u64, "channel", "channels")
        ))
    } else {
        Markup::empty()
    };
    let table = ui::table(&Table { caption: "Channels, most active first", columns: &columns, rows });
    ui::card("channels", "Channels", &Markup::empty(), &table, &foot)
}
