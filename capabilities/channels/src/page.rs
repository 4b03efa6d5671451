//! The page of one channel.

use crate::gather::Detail;
use crate::model::{Filters, Line, SPANS, metric_page};
use crate::{PATH, table};
use ui::{Button, Choice, Markup, Stat, esc, format};

/// The body of the page.
pub(crate) fn body(d: &Detail, filters: &Filters) -> Markup {
    let l = &d.line;
    let now = d.channels.now.unwrap_or_default();
    let conversations = format!(
        "/desk/conversations?channel={}&source={}",
        ui::encoded(&l.external_id),
        ui::encoded(&l.source_id)
    );
    let actions = Button {
        label: "Conversations",
        icon: "messages-square",
        href: &conversations,
        ..Default::default()
    };
    let spans: Vec<Choice> = SPANS
        .iter()
        .map(|n| {
            let to = Filters { days: *n, ..Filters::default() };
            Choice::new(
                format!("{n} days"),
                format!("{PATH}/{}{}", l.channel_id, to.query()),
                filters.days == *n,
            )
        })
        .collect();
    let sentence = format!(
        "{}{}. {} to {}, the last activity.",
        l.source,
        if l.private { ", private" } else { "" },
        format::day_short(d.channels.from, false),
        format::day_short(d.channels.to, true),
    );
    Markup::join([
        &ui::page_head(&l.name, &sentence, &actions.markup()),
        &Markup::raw(format!(
            "<div class=\"row between wrap channel-bar\"><span class=\"row\">{}{}</span>{}</div>",
            ui::source_badge(&l.network, &l.source),
            table::state(l, now),
            ui::segmented("Days", &spans)
        )),
        &figures(d),
        &charts(d),
        &people(d, filters),
    ])
}

fn figures(d: &Detail) -> Markup {
    let l = &d.line;
    let (from, to) = (d.channels.from, d.channels.to);
    let tile = |name: &str, figure: String, note: String, metric: &str| {
        ui::stat(&Stat {
            name: name.into(),
            figure,
            note,
            href: metric_page(metric, l, from, to).replace("&amp;", "&"),
            ..Default::default()
        })
    };
    let share = l.answered.value.map_or("–".to_owned(), format::share);
    let share_note = match (l.answered.low, l.answered.high) {
        (Some(low), Some(high)) => {
            format!("{}, n = {}", format::share_range(low, high), format::count(l.answered.n))
        }
        _ if l.why.is_empty() => "nothing to count".to_owned(),
        _ => format!("not available: {}", l.why),
    };
    ui::stats(
        "channel-figures",
        &[
            tile("Members who wrote", format::count(l.actives), "full count".into(), "active_members"),
            tile("Messages", format::count(l.messages), "full count".into(), "messages"),
            tile("Answered in 24 h", share, share_note, "answered_rate"),
            tile("Half answered in", table::half_words(l), half_note(l), "time_to_first_response"),
        ],
    )
}

/// Of how many, and the median of those that were answered.
fn half_note(l: &Line) -> String {
    let of = format!(
        "{} of {} answered",
        format::count(l.replied),
        format::counted(l.opened, "conversation", "conversations")
    );
    l.median.map_or(of.clone(), |m| format!("{of}, those in {} (median)", format::duration(m)))
}

/// The cards of Health for this channel, which load by themselves and are links without a script.
fn charts(d: &Detail) -> Markup {
    let l = &d.line;
    let asked =
        format!("source={}&channel={}&period=12m", ui::encoded(&l.source_id), ui::encoded(&l.external_id));
    let card = |metric: &str, title: &str| {
        format!(
            "<article class=\"card chart-card\" data-fragment hx-get=\"/desk/health/cards/{metric}?{0}\" hx-trigger=\"load\" hx-swap=\"outerHTML\">{1}</article>",
            esc(&asked),
            ui::skeleton_card(title, &format!("/desk/health/{metric}?{asked}"))
        )
    };
    Markup::raw(format!(
        "<section class=\"section\" aria-label=\"Over the last year\"><div class=\"cards\">{}{}</div></section>",
        card("messages", "Messages"),
        card("active_members", "Active members")
    ))
}

fn people(d: &Detail, filters: &Filters) -> Markup {
    let body = if d.people.is_empty() {
        ui::empty("users", "Nobody wrote in these days", "Choose more days above.", &Markup::empty())
    } else {
        let rows: String = d
            .people
            .iter()
            .map(|p| {
                format!(
                    "<li class=\"row between\"><a class=\"trunc\" href=\"{}\">{}</a><span class=\"num\">{}</span></li>",
                    esc(&p.href),
                    esc(&p.name),
                    format::counted(p.messages, "message", "messages")
                )
            })
            .collect();
        Markup::raw(format!("<ol class=\"most\">{rows}</ol>"))
    };
    let facts = facts(&d.line, d);
    let title = format!("Who wrote most in {} days", filters.days);
    Markup::raw(format!(
        "<div class=\"split channel-people\">{}{}</div>",
        ui::card("people", &title, &Markup::empty(), &body, &Markup::empty()),
        ui::card(
            "facts",
            "Facts",
            &Markup::empty(),
            &Markup::raw(format!("<div class=\"card-pad\">{facts}</div>")),
            &Markup::empty()
        )
    ))
}

fn facts(l: &Line, d: &Detail) -> Markup {
    let zone = &d.channels.zone;
    let day = |at: Option<base::Micros>| {
        Markup::text(&at.map_or("–".to_owned(), |at| format::day_long(zone.day_of(at))))
    };
    let unanswered = format!(
        "/desk/conversations?channel={}&source={}&state=unanswered",
        ui::encoded(&l.external_id),
        ui::encoded(&l.source_id)
    );
    ui::facts(&[
        (
            "Source",
            Markup::raw(format!("<a href=\"/desk/sources/{}\">{}</a>", esc(&l.source_id), esc(&l.source))),
        ),
        ("First activity", day(l.first)),
        ("Last activity", day(l.last)),
        ("Messages by week", table::spark(&l.weeks)),
        ("Questions", Markup::raw(format!("<a href=\"{}\">Unanswered here</a>", esc(&unanswered)))),
    ])
}
