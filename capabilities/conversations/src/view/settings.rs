//! The page of targets for answers.

use crate::hours::in_words;
use crate::store::{Decided, TargetRow};
use community::sources::{Channel, Source};
use ui::{Field, LongText, Look, Markup, esc, format, hidden};

/// Where the page lives.
pub(crate) const PATH: &str = "/desk/settings/answers";

/// Everything that the page shows.
pub(crate) struct AnswersPage<'a> {
    pub decided: &'a Decided,
    pub channels: &'a [Channel],
    pub sources: &'a [Source],
    pub help: &'a str,
    pub zone: &'a base::Zone,
    pub csrf: &'a str,
    /// The channel whose target is edited; 0 for the one of all.
    pub edit: i64,
    pub saved: bool,
}

/// The body of the page, without head and tabs.
pub(crate) fn body(p: &AnswersPage<'_>) -> Markup {
    let said =
        if p.saved { ui::notice(ui::Tone::Good, "", &Markup::text("Saved.")) } else { Markup::empty() };
    Markup::join([&said, &questions(p), &targets(p), &form(p)])
}

fn questions(p: &AnswersPage<'_>) -> Markup {
    let field = ui::field(&Field {
        label: "Channels for help",
        name: "question_channels",
        value: p.help,
        optional: true,
        hint: "Names or ids, separated by commas. Whatever is opened there counts as a question. Elsewhere a question mark or words that ask decide, and a person can overrule both.",
        ..Default::default()
    });
    let inside = format!(
        "<form class=\"card-body stack\" method=\"post\" action=\"{PATH}/questions\">{}{field}<div class=\"row\">{}</div></form>",
        hidden("csrf", p.csrf),
        ui::button("Save", Look::Plain)
    );
    ui::card(
        "questions",
        "What counts as a question",
        &Markup::empty(),
        &Markup::raw(inside),
        &Markup::empty(),
    )
}

fn place(p: &AnswersPage<'_>, channel_id: i64) -> String {
    let Some(channel) = p.channels.iter().find(|c| c.channel_id == channel_id) else {
        return if channel_id == 0 { "Every other channel".into() } else { format!("channel {channel_id}") };
    };
    let source = p.sources.iter().find(|s| s.source_id == channel.source_id).map_or("", |s| &s.name);
    format!("{} ({source})", channel.name)
}

fn targets(p: &AnswersPage<'_>) -> Markup {
    let mut rows: Vec<TargetRow> = p.decided.targets.iter().filter(|t| t.channel_id != 0).cloned().collect();
    rows.sort_by_key(|t| place(p, t.channel_id));
    rows.insert(0, TargetRow { channel_id: 0, ..p.decided.written(0) });
    let cells = rows.iter().map(|t| {
        let time = if t.minutes == 0 { "no target".to_owned() } else { in_words(t.minutes) };
        let hours = if t.hours.is_empty() {
            "around the clock".to_owned()
        } else {
            format!("{}, {}", t.hours, t.zone)
        };
        let by = if t.set_by.is_empty() {
            "as it comes".to_owned()
        } else {
            format!("{}, {}", t.set_by, format::day_short(p.zone.day_of(t.set_at), true))
        };
        let edit = format!(
            "<a href=\"{PATH}?channel={}#target\">Edit<span class=\"sr\"> {}</span></a>",
            t.channel_id,
            esc(&place(p, t.channel_id))
        );
        vec![
            Markup::text(&place(p, t.channel_id)),
            Markup::text(&time),
            Markup::text(&hours),
            Markup::text(&by),
            Markup::raw(edit),
        ]
    });
    let columns = [
        ui::Column { label: "Channel", ..Default::default() },
        ui::Column { label: "Answer within", number: true, ..Default::default() },
        ui::Column { label: "Hours", rank: 2, ..Default::default() },
        ui::Column { label: "Set by", rank: 3, ..Default::default() },
        ui::Column { label: "Change", ..Default::default() },
    ];
    let table =
        ui::table(&ui::Table { caption: "Targets for answers", columns: &columns, rows: cells.collect() });
    ui::card("targets", "Within what time", &Markup::empty(), &table, &Markup::empty())
}

fn form(p: &AnswersPage<'_>) -> Markup {
    let own = p.decided.targets.iter().any(|t| t.channel_id == p.edit);
    let t = p.decided.written(p.edit);
    let mut options = vec![("0".to_owned(), "Every other channel".to_owned())];
    let mut channels: Vec<(String, String)> =
        p.channels.iter().map(|c| (c.channel_id.to_string(), place(p, c.channel_id))).collect();
    channels.sort_by(|a, b| a.1.cmp(&b.1));
    options.extend(channels);
    let minutes = if t.minutes % 60 == 0 {
        (t.minutes / 60).to_string()
    } else {
        format!("{:.2}", t.minutes as f64 / 60.0)
    };
    let fields = Markup::join([
        &ui::select(&ui::Select {
            label: "Channel",
            name: "channel",
            options: &options,
            value: &p.edit.to_string(),
            ..Default::default()
        }),
        &ui::field(&Field {
            label: "Answer within, in hours",
            name: "time",
            kind: "number",
            value: &minutes,
            hint: "0 for no target. The clock stands while the asker owes a reply or something must be built first.",
            attributes: &[("min", "0"), ("max", "8760"), ("step", "0.25")],
            ..Default::default()
        }),
        &ui::field(&Field {
            label: "Hours in which somebody is there",
            name: "hours",
            value: &t.hours,
            optional: true,
            hint: "Such as Mon-Fri 9:00-12:30, 13:30-18:00; Sat 10:00-12:00. Empty means around the clock.",
            ..Default::default()
        }),
        &ui::field(&Field {
            label: "Zone of these hours",
            name: "zone",
            value: &t.zone,
            attributes: &[("list", "zones")],
            ..Default::default()
        }),
        &ui::zone_list(),
        &ui::long_text(&LongText {
            label: "Holidays",
            name: "holidays",
            value: &t.holidays,
            rows: 3,
            optional: true,
            hint: "Days such as 2026-12-24, or 12-25 for every year, separated by commas.",
            ..Default::default()
        }),
    ]);
    let mut buttons = ui::button("Save target", Look::Primary).into_string();
    if own && p.edit != 0 {
        let remove = ui::Button {
            label: "As every other channel",
            attributes: &[("name", "remove"), ("value", "1"), ("formnovalidate", "")],
            ..Default::default()
        };
        buttons.push_str(remove.markup().as_str());
    }
    let inside = format!(
        "<form class=\"card-body stack\" method=\"post\" action=\"{PATH}\">{}{fields}<div class=\"row wrap\">{buttons}</div></form>",
        hidden("csrf", p.csrf)
    );
    let title = format!("Target of {}", place(p, p.edit));
    ui::card("target", &title, &Markup::empty(), &Markup::raw(inside), &Markup::empty())
}
