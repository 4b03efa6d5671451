//! Every part on one page: for looking at, and so that one test renders them all.

use crate::chart::{Axis, Chart, Figure, Heat, HeatCell, HeatRow, Series, Size, Value};
use crate::parts::*;
use crate::{Markup, page_head};
use base::{Day, Interval};

/// The body of a page that shows every part in its states.
pub fn kit() -> Markup {
    let sections: Vec<Markup> = [
        ("Buttons", buttons()),
        ("Fields", fields()),
        ("Words", words()),
        ("Choosing", choosing()),
        ("Figures", figures()),
        ("Empty, working, failing", states()),
        ("Lists", lists()),
        ("Questions", questions()),
        ("Selections", selections()),
        ("Copying, drawers, keys", doing()),
    ]
    .into_iter()
    .map(|(title, body)| {
        let body = Markup::raw(format!("<div class=\"card-body stack\">{body}</div>"));
        Markup::raw(format!(
            "<div class=\"kit\">{}</div>",
            card("", title, &Markup::empty(), &body, &Markup::empty())
        ))
    })
    .collect();
    Markup::raw(format!(
        "{}<div class=\"kit-grid\">{}</div><div class=\"cards\">{}</div>",
        page_head(
            "Kit",
            "Every part in every state. Open it in both themes and at both widths.",
            &Markup::empty()
        ),
        Markup::join(&sections),
        charts()
    ))
}

fn row(pieces: &[Markup]) -> Markup {
    Markup::raw(format!("<div class=\"row wrap\">{}</div>", Markup::join(pieces)))
}

fn buttons() -> Markup {
    let small =
        Button { label: "Show rows", icon: "rows-3", look: Look::Quiet, small: true, ..Default::default() };
    let only = Button { label: "Remove", icon: "trash-2", icon_only: true, ..Default::default() };
    let off = Button {
        label: "Undo",
        off_because: "The import of 12 November was made later and must go first.",
        ..Default::default()
    };
    Markup::join([
        &row(&[
            button("Import", Look::Primary),
            button("Preview", Look::Plain),
            button("Skip", Look::Quiet),
            button("Undo 12,564", Look::Danger),
            button("Remove", Look::DangerQuiet),
        ]),
        &row(&[small.markup(), only.markup(), link_button("A link", "#", Look::Plain)]),
        &row(&[off.markup()]),
    ])
}

fn fields() -> Markup {
    let zones = [("UTC".to_string(), "UTC".to_string()), ("Europe/Lisbon".into(), "Europe/Lisbon".into())];
    Markup::join([
        &field(&Field {
            label: "Name",
            name: "kit-name",
            value: "R contributors",
            hint: "Shown to the team only",
            ..Default::default()
        }),
        &field(&Field {
            label: "E-mail",
            name: "kit-mail",
            kind: "email",
            value: "ruth@lathe",
            error: "Needs a full address, such as ruth@lathe.example",
            ..Default::default()
        }),
        &select(&Select {
            label: "Time zone",
            name: "kit-zone",
            options: &zones,
            value: "UTC",
            ..Default::default()
        }),
        &check("Private channels too", "kit-private", "1", true),
        &drop_zone(
            "kit-files",
            "Choose files or drop them here",
            "Zip, tar, gz or zst as they were exported; up to 20 GB.",
            "",
            true,
        ),
    ])
}

fn words() -> Markup {
    let tones = [
        ("Neutral", Tone::Neutral),
        ("Done", Tone::Good),
        ("Waits", Tone::Warn),
        ("Failed", Tone::Bad),
        ("Planned", Tone::Info),
        ("Chosen", Tone::Accent),
    ];
    let badges: Vec<Markup> = tones.map(|(word, tone)| badge(word, tone)).to_vec();
    let sources: Vec<Markup> = ["slack", "discord", "discourse", "mbox", "activities"]
        .map(|format| source_badge(format, format))
        .to_vec();
    let list = facts(&[
        ("Zone", Markup::text("UTC, assumed")),
        ("First day", Markup::text("2 Nov 2020")),
        ("Late", Markup::join([&dot(Tone::Warn), &Markup::text(" 22 min")])),
    ]);
    Markup::join([&row(&badges), &row(&sources), &list])
}

fn choosing() -> Markup {
    let choices = [
        Choice::new("12 weeks", "#", true),
        Choice::new("12 months", "#", false),
        Choice::new("Everything", "#", false),
    ];
    Markup::join([
        &row(&[
            filter_menu("Period", "12 weeks", false, &menu(&choices)),
            filter_menu("Source", "Forum", true, &menu(&choices)),
            more("More", &choices),
        ]),
        &row(&[segmented("Period", &choices)]),
        &tabs("Kit tabs", &choices),
        &pagination(&Pager { text: "51 to 100 of 128 skipped records", before: "#", after: "#" }),
    ])
}

fn figures() -> Markup {
    let delta = |text: &str, arrow, verdict| {
        Some(Delta { text: text.into(), arrow, verdict, from: "from 2,058".into() })
    };
    let tile = |name: &str, figure: &str, delta| {
        stat(&Stat {
            name: name.into(),
            definition: "At least one message in the days.".into(),
            figure: figure.into(),
            delta,
            ..Default::default()
        })
    };
    let tiles = stats(
        "",
        &[
            tile("Weekly actives", "2,184", delta("6.1 %", 1, Verdict::Better)),
            tile("Answered", "62 %", delta("13 pts", -1, Verdict::Worse)),
        ],
    );
    Markup::join([&tiles, &skeleton_stats(2)])
}

fn states() -> Markup {
    Markup::join([
        &notice(
            Tone::Info,
            "UTC was assumed",
            &Markup::raw("<p>The file names no zone. It can be corrected later.</p>"),
        ),
        &notice(Tone::Warn, "", &Markup::raw("<p>Three files were empty and left out.</p>")),
        &progress(&Progress {
            label: "Importing general.csv",
            done: 1_920_000,
            total: Some(3_010_000),
            note: "1.92 of 3.01 million records, about 9 min left",
        }),
        &progress(&Progress {
            label: "Reading the archive",
            done: 0,
            total: None,
            note: "12,400 records so far",
        }),
        &empty(
            "inbox",
            "No imports yet",
            "Every import appears here, with what it added and a way to undo it.",
            &button("Choose files", Look::Plain),
        ),
        &problem(
            "Could not load",
            "The database did not answer in 5 s. Your filters are kept.",
            &button("Try again", Look::Plain),
        ),
        &toast("Undone: 12,564 activities", &Markup::empty()),
        &skeleton_rows(2),
    ])
}

fn lists() -> Markup {
    let columns = [
        Column { label: "Channel", ..Default::default() },
        Column { label: "Messages", number: true, ..Default::default() },
        Column { label: "First", rank: 2, ..Default::default() },
    ];
    let line = |name: &str, n: u64| {
        vec![Markup::text(name), Markup::text(&crate::format::count(n)), Markup::text("2 Nov 2020")]
    };
    table(&Table {
        caption: "Channels",
        columns: &columns,
        rows: vec![line("#general", 44_082), line("#help", 2_510)],
    })
}

fn questions() -> Markup {
    let question = Confirm {
        title: "Undo the import of 12 November?",
        body: Markup::text(
            "12,564 activities go; links between identities that people made stay. The file can be imported again.",
        ),
        label: "Undo 12,564 activities",
        action: "#",
        back: "#",
        danger: true,
        ..Default::default()
    };
    let open = Button {
        label: "Ask in a dialog",
        scripted: true,
        attributes: &[("data-dialog", "kit-dialog")],
        ..Default::default()
    };
    Markup::join([&confirm(&question), &row(&[open.markup()]), &dialog("kit-dialog", &question)])
}

fn selections() -> Markup {
    let line = |id: &str, name: &str| {
        format!(
            "<li class=\"row\" data-row>{}<a href=\"#\" data-open>{name}</a></li>",
            pick("kit-bulk", id, &format!("Select {name}"))
        )
    };
    let bar = bulk_bar(&Bulk {
        id: "kit-bulk",
        action: "#",
        csrf: "",
        total: 128,
        fields: &[],
        actions: Button { label: "Add tag", small: true, icon: "tag", ..Default::default() }.markup(),
    });
    Markup::raw(format!(
        "<label class=\"check\">{}<span class=\"hint\">This page</span></label><ul class=\"list stack\" data-list>{}{}{}</ul>{bar}",
        pick_all("kit-bulk"),
        line("1", "Ines Okafor"),
        line("2", "Tomasz Wrona"),
        line("3", "Mei Tanaka"),
    ))
}

fn doing() -> Markup {
    let copy = Button {
        label: "Copy text",
        icon: "copy",
        scripted: true,
        attributes: &[("data-copy", "kit-copied"), ("hidden", "")],
        ..Default::default()
    };
    let drawer = Button {
        label: "Open in a drawer",
        href: "/desk/notices",
        attributes: &[("data-drawer", "/desk/notices/list"), ("data-drawer-title", "Notices")],
        ..Default::default()
    };
    let key = Button {
        label: "Add note",
        icon: "plus",
        scripted: true,
        attributes: &[("data-key", "n"), ("data-dialog", "kit-dialog")],
        ..Default::default()
    };
    Markup::join([
        &Markup::raw("<p class=\"quote\" id=\"kit-copied\">Welcome, and thanks for the clear report.</p>"),
        &row(&[copy.markup(), drawer.markup(), key.markup()]),
        &Markup::raw(
            "<p class=\"hint\"><kbd>N</kbd> presses the last one; <kbd>?</kbd> lists the keys of this page.</p>",
        ),
        &time(1_795_536_000_000_000, &base::Zone::utc()),
    ])
}

/// A chart of each kind in its card.
fn charts() -> Markup {
    let weeks: Vec<Day> =
        (0..12).map(|i| Day::of_ymd(2026, 9, 7).map_or(Day(0), |first| first.plus(7 * i))).collect();
    let values = |base: f64, sign: f64| -> Vec<Value> {
        (0..12)
            .map(|i| Value {
                value: (i != 5).then_some(sign * (base + 3.0 * f64::from(i % 4))),
                open: i == 11,
                ..Default::default()
            })
            .collect()
    };
    let series = |name: &str, hue, values: Vec<Value>| Series { name: name.into(), hue, values, was: false };
    let chart = |list: Vec<Series>| Chart {
        spoken: "A sample of twelve weeks.".into(),
        unit: "members a week".into(),
        axis: Axis::Time(weeks.clone(), Interval::Week),
        series: list,
        figure: Figure::Count,
        size: Size::Low,
        open_note: "Week not finished".into(),
        interval_note: String::new(),
    };
    let cell = |value, open| HeatCell { value: Some(value), open, say: String::new() };
    let heat = Heat {
        caption: "A sample heat map",
        corner: "First active",
        columns: (0..3).map(|k: u8| k.to_string()).collect(),
        rows: vec![
            HeatRow {
                name: "7 Sep".into(),
                n: 40,
                cells: vec![cell(1.0, false), cell(0.4, false), cell(0.3, true)],
                total: false,
            },
            HeatRow {
                name: "14 Sep".into(),
                n: 31,
                cells: vec![cell(1.0, false), cell(0.2, true)],
                total: false,
            },
        ],
        open_note: "Week not finished",
        tall: false,
    };
    let drawings = [
        (
            "Line",
            crate::chart::line(&chart(vec![
                series("Week", 1, values(40.0, 1.0)),
                series("Day", 2, values(12.0, 1.0)),
            ])),
        ),
        ("Bars", crate::chart::bars(&chart(vec![series("Messages", 1, values(30.0, 1.0))]))),
        (
            "Stacked",
            crate::chart::stacked(&chart(vec![
                series("Stayed", 1, values(30.0, 1.0)),
                series("Went quiet", 0, values(8.0, -1.0)),
            ])),
        ),
        ("Heat map", crate::chart::heat(&heat)),
        ("Loading", Markup::empty()),
    ];
    let cards: Vec<Markup> = drawings
        .into_iter()
        .map(|(title, body)| match title {
            "Loading" => Markup::raw(format!(
                "<article class=\"card chart-card\">{}</article>",
                skeleton_card("Loading", "#")
            )),
            _ => chart_card(&ChartCard {
                title,
                definition: "What it shows, in words.",
                body,
                note: Markup::text("n = 312"),
                ..Default::default()
            }),
        })
        .collect();
    Markup::join(&cards)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_part_renders_without_a_style_attribute_or_an_inline_handler() {
        let html = super::kit().into_string();
        assert!(!html.contains(" style=") && !html.contains(" onclick="));
        for part in [
            "btn primary",
            "field invalid",
            "badge bad",
            "class=\"heat\"",
            "<progress",
            "<dialog",
            "class=\"pager\"",
            "skeleton",
            "data-bulk ",
            "data-pick-all",
            "data-copy",
            "data-drawer=",
            "<time",
        ] {
            assert!(html.contains(part), "{part}");
        }
    }
}
